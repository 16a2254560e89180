(func $run
  (param $count i32)
  (param $output_0 i32)
  (param $input_0 i32)
  (result i32)
  (local $result_0_0 v128)
  (local $bytes:0.3.6.9.12.15.......... v128)
  (local $bytes:......0.3.6.9.12.15.... v128)
  (local $bytes:............0.3.6.9 v128)
  (local $bytes:............6.9.12.15 v128)
  (local $lower_half v128)
  (local $twice v128)
  (local $collected v128)
  (local $second i32)
  (local $third i32)
  (local $stored v128)
  (local $gathered v128)
  (local $address i32)
  (local.set $bytes:0.3.6.9.12.15.......... (v128.const i32x4 0x09060300 0x80800f0c 0x80808080 0x80808080))
  (local.set $bytes:......0.3.6.9.12.15.... (v128.const i32x4 0x80808080 0x03008080 0x0f0c0906 0x80808080))
  (local.set $bytes:............0.3.6.9 (v128.const i32x4 0x80808080 0x80808080 0x80808080 0x09060300))
  (local.set $bytes:............6.9.12.15 (v128.const i32x4 0x80808080 0x80808080 0x80808080 0x0f0c0906))
  (i32.eqz (local.get $count))
  if $empty
    (return (i32.const 0))
  end
  (i32.ge_u (local.get $count) (i32.const 32))
  if $narrow
  end
  (i32.ge_u (local.get $count) (i32.const 32))
  if $by_32
    loop $next
      (local.set $result_0_0
        (i8x16.shr_u
          (v128.or
            (v128.or
              (i8x16.swizzle (v128.load (local.get $input_0)) (local.get $bytes:0.3.6.9.12.15..........))
              (i8x16.swizzle
                (v128.load offset=18 (local.get $input_0))
                (local.get $bytes:......0.3.6.9.12.15....)))
            (i8x16.swizzle (v128.load offset=36 (local.get $input_0)) (local.get $bytes:............0.3.6.9)))
          (i32.const 1)))
      (v128.store (local.get $output_0) (local.get $result_0_0))
      (local.set $result_0_0
        (i8x16.shr_u
          (v128.or
            (v128.or
              (i8x16.swizzle
                (v128.load offset=48 (local.get $input_0))
                (local.get $bytes:0.3.6.9.12.15..........))
              (i8x16.swizzle
                (v128.load offset=66 (local.get $input_0))
                (local.get $bytes:......0.3.6.9.12.15....)))
            (i8x16.swizzle
              (v128.load offset=78 (local.get $input_0))
              (local.get $bytes:............6.9.12.15)))
          (i32.const 1)))
      (v128.store offset=16 (local.get $output_0) (local.get $result_0_0))
      (local.set $input_0 (i32.add (local.get $input_0) (i32.const 96)))
      (local.set $output_0 (i32.add (local.get $output_0) (i32.const 32)))
      (local.set $count (i32.sub (local.get $count) (i32.const 32)))
      (br_if $next (i32.ge_u (local.get $count) (i32.const 32)))
    end
  end
  (i32.ge_u (local.get $count) (i32.const 4))
  if $by_4
    loop $next_1
      (local.set $lower_half (v128.load64_zero (local.get $input_0)))
      (local.set $collected
        (i32x4.shr_u
          (i32x4.shr_u
            (i8x16.shuffle 0 0 0 0 0 0 0 3 0 0 0 6 0 0 0 15
              (local.tee $twice (v128.load64_lane offset=2 1 (local.get $input_0) (local.get $lower_half)))
              (local.get $twice))
            (i32.const 24))
          (i32.const 1)))
      (v128.store32_lane 0
        (local.get $output_0)
        (i8x16.narrow_i16x8_u
          (local.tee $twice
            (i16x8.narrow_i32x4_u (local.tee $twice (local.get $collected)) (local.get $twice)))
          (local.get $twice)))
      (local.set $input_0 (i32.add (local.get $input_0) (i32.const 12)))
      (local.set $output_0 (i32.add (local.get $output_0) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (i32.const 4)))
      (br_if $next_1 (i32.ge_u (local.get $count) (i32.const 4)))
    end
  end
  (local.get $count)
  if $tail
    (local.set $second (i32.gt_u (local.get $count) (i32.const 1)))
    (local.set $third (i32.sub (local.get $count) (i32.const 1)))
    (local.set $gathered (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
    (local.set $gathered (v128.load8_lane 0 (local.get $input_0) (local.get $gathered)))
    (local.set $address (i32.add (i32.mul (local.get $second) (i32.const 3)) (local.get $input_0)))
    (local.set $gathered (v128.load8_lane 4 (local.get $address) (local.get $gathered)))
    (local.set $address (i32.add (i32.mul (local.get $third) (i32.const 3)) (local.get $input_0)))
    (local.set $gathered (v128.load8_lane 8 (local.get $address) (local.get $gathered)))
    (local.set $stored
      (i32x4.shr_u (v128.load8_lane 12 (local.get $input_0) (local.get $gathered)) (i32.const 1)))
    (v128.store8_lane 0 (local.get $output_0) (local.get $stored))
    (i32.gt_u (local.get $count) (i32.const 1))
    if $has_lane
      (v128.store8_lane offset=1 4 (local.get $output_0) (local.get $stored))
      (i32.gt_u (local.get $count) (i32.const 2))
      if $has_lane_1
        (v128.store8_lane offset=2 8 (local.get $output_0) (local.get $stored))
      end
    end
  end
  (i32.const 0)
)
