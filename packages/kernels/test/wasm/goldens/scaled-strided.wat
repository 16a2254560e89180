(func $run
  (param $count i32)
  (param $output_0 i32)
  (param $input_0 i32)
  (param $input_1 i32)
  (param $output_stride_0 i32)
  (param $input_stride_0 i32)
  (param $scalar_0 f64)
  (result i32)
  (local $twice v128)
  (local $demote v128)
  (local $element_1 v128)
  (local $stored v128)
  (local $gathered v128)
  (local $second i32)
  (local $third i32)
  (local $address i32)
  (i32.eqz (local.get $count))
  if $empty
    (return (i32.const 0))
  end
  (local.set $demote
    (i8x16.shuffle 0 1 2 3 0 1 2 3 0 1 2 3 0 1 2 3
      (local.tee $twice (f32x4.demote_f64x2_zero (f64x2.splat (local.get $scalar_0))))
      (local.get $twice)))
  (local.set $element_1 (v128.load32_splat (local.get $input_1)))
  (i32.ge_u (local.get $count) (i32.const 4))
  if $by_4
    loop $next
      (local.set $gathered (v128.load32_zero (local.get $input_0)))
      (local.set $input_0 (i32.add (local.get $input_0) (local.get $input_stride_0)))
      (local.set $gathered (v128.load32_lane 1 (local.get $input_0) (local.get $gathered)))
      (local.set $input_0 (i32.add (local.get $input_0) (local.get $input_stride_0)))
      (local.set $gathered (v128.load32_lane 2 (local.get $input_0) (local.get $gathered)))
      (local.set $input_0 (i32.add (local.get $input_0) (local.get $input_stride_0)))
      (local.set $stored
        (f32x4.add
          (f32x4.mul (v128.load32_lane 3 (local.get $input_0) (local.get $gathered)) (local.get $demote))
          (local.get $element_1)))
      (v128.store32_lane 0 (local.get $output_0) (local.get $stored))
      (local.set $output_0 (i32.add (local.get $output_0) (local.get $output_stride_0)))
      (v128.store32_lane 1 (local.get $output_0) (local.get $stored))
      (local.set $output_0 (i32.add (local.get $output_0) (local.get $output_stride_0)))
      (v128.store32_lane 2 (local.get $output_0) (local.get $stored))
      (local.set $output_0 (i32.add (local.get $output_0) (local.get $output_stride_0)))
      (v128.store32_lane 3 (local.get $output_0) (local.get $stored))
      (local.set $input_0 (i32.add (local.get $input_0) (local.get $input_stride_0)))
      (local.set $output_0 (i32.add (local.get $output_0) (local.get $output_stride_0)))
      (local.set $count (i32.sub (local.get $count) (i32.const 4)))
      (br_if $next (i32.ge_u (local.get $count) (i32.const 4)))
    end
  end
  (local.get $count)
  if $tail
    (local.set $second (i32.gt_u (local.get $count) (i32.const 1)))
    (local.set $third (i32.sub (local.get $count) (i32.const 1)))
    (local.set $gathered (v128.load32_zero (local.get $input_0)))
    (local.set $address
      (i32.add (i32.mul (local.get $second) (local.get $input_stride_0)) (local.get $input_0)))
    (local.set $gathered (v128.load32_lane 1 (local.get $address) (local.get $gathered)))
    (local.set $address
      (i32.add (i32.mul (local.get $third) (local.get $input_stride_0)) (local.get $input_0)))
    (local.set $gathered (v128.load32_lane 2 (local.get $address) (local.get $gathered)))
    (local.set $stored
      (f32x4.add
        (f32x4.mul (v128.load32_lane 3 (local.get $input_0) (local.get $gathered)) (local.get $demote))
        (local.get $element_1)))
    (v128.store32_lane 0 (local.get $output_0) (local.get $stored))
    (i32.gt_u (local.get $count) (i32.const 1))
    if $has_lane
      (local.set $output_0 (i32.add (local.get $output_0) (local.get $output_stride_0)))
      (v128.store32_lane 1 (local.get $output_0) (local.get $stored))
      (i32.gt_u (local.get $count) (i32.const 2))
      if $has_lane_1
        (local.set $output_0 (i32.add (local.get $output_0) (local.get $output_stride_0)))
        (v128.store32_lane 2 (local.get $output_0) (local.get $stored))
      end
    end
  end
  (i32.const 0)
)
