(func $run
  (param $count i32)
  (param $output_0 i32)
  (param $input_0 i32)
  (param $input_1 i32)
  (param $turns_0 i32)
  (param $output_turn_0_0 i32)
  (param $operand_turn_0_0 i32)
  (param $operand_turn_0_1 i32)
  (result i32)
  (local $turn i32)
  (local $left i32)
  (local $input_pointer i32)
  (local $input_pointer_1 i32)
  (local $output_pointer i32)
  (local $second i32)
  (local $third i32)
  (local $stored v128)
  (local $gathered v128)
  (local $address i32)
  (i32.eqz (local.get $count))
  if $empty
    (return (i32.const 0))
  end
  (local.set $turn (i32.const 0))
  loop $turn_1
    (local.set $left (local.get $count))
    (local.set $input_pointer (local.get $input_0))
    (local.set $input_pointer_1 (local.get $input_1))
    (local.set $output_pointer (local.get $output_0))
    (i32.ge_u (local.get $left) (i32.const 16))
    if $by_16
      loop $next
        (v128.store
          (local.get $output_pointer)
          (f32x4.add (v128.load (local.get $input_pointer)) (v128.load (local.get $input_pointer_1))))
        (v128.store offset=16
          (local.get $output_pointer)
          (f32x4.add
            (v128.load offset=16 (local.get $input_pointer))
            (v128.load offset=16 (local.get $input_pointer_1))))
        (v128.store offset=32
          (local.get $output_pointer)
          (f32x4.add
            (v128.load offset=32 (local.get $input_pointer))
            (v128.load offset=32 (local.get $input_pointer_1))))
        (v128.store offset=48
          (local.get $output_pointer)
          (f32x4.add
            (v128.load offset=48 (local.get $input_pointer))
            (v128.load offset=48 (local.get $input_pointer_1))))
        (local.set $input_pointer (i32.add (local.get $input_pointer) (i32.const 64)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (i32.const 64)))
        (local.set $output_pointer (i32.add (local.get $output_pointer) (i32.const 64)))
        (local.set $left (i32.sub (local.get $left) (i32.const 16)))
        (br_if $next (i32.ge_u (local.get $left) (i32.const 16)))
      end
    end
    (i32.ge_u (local.get $left) (i32.const 4))
    if $by_4
      loop $next_1
        (v128.store
          (local.get $output_pointer)
          (f32x4.add (v128.load (local.get $input_pointer)) (v128.load (local.get $input_pointer_1))))
        (local.set $input_pointer (i32.add (local.get $input_pointer) (i32.const 16)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (i32.const 16)))
        (local.set $output_pointer (i32.add (local.get $output_pointer) (i32.const 16)))
        (local.set $left (i32.sub (local.get $left) (i32.const 4)))
        (br_if $next_1 (i32.ge_u (local.get $left) (i32.const 4)))
      end
    end
    (local.get $left)
    if $tail
      (local.set $second (i32.gt_u (local.get $left) (i32.const 1)))
      (local.set $third (i32.sub (local.get $left) (i32.const 1)))
      (local.set $gathered (v128.load32_zero (local.get $input_pointer)))
      (local.set $address (i32.add (i32.mul (local.get $second) (i32.const 4)) (local.get $input_pointer)))
      (local.set $gathered (v128.load32_lane 1 (local.get $address) (local.get $gathered)))
      (local.set $address (i32.add (i32.mul (local.get $third) (i32.const 4)) (local.get $input_pointer)))
      (local.set $gathered (v128.load32_lane 2 (local.get $address) (local.get $gathered)))
      (v128.load32_lane 3 (local.get $input_pointer) (local.get $gathered))
      (local.set $gathered (v128.load32_zero (local.get $input_pointer_1)))
      (local.set $address (i32.add (i32.mul (local.get $second) (i32.const 4)) (local.get $input_pointer_1)))
      (local.set $gathered (v128.load32_lane 1 (local.get $address) (local.get $gathered)))
      (local.set $address (i32.add (i32.mul (local.get $third) (i32.const 4)) (local.get $input_pointer_1)))
      (local.set $gathered (v128.load32_lane 2 (local.get $address) (local.get $gathered)))
      (v128.load32_lane 3 (local.get $input_pointer_1) (local.get $gathered))
      f32x4.add
      local.set $stored
      (v128.store32_lane 0 (local.get $output_pointer) (local.get $stored))
      (i32.gt_u (local.get $left) (i32.const 1))
      if $has_lane
        (v128.store32_lane offset=4 1 (local.get $output_pointer) (local.get $stored))
        (i32.gt_u (local.get $left) (i32.const 2))
        if $has_lane_1
          (v128.store32_lane offset=8 2 (local.get $output_pointer) (local.get $stored))
        end
      end
    end
    (local.set $output_0 (i32.add (local.get $output_0) (local.get $output_turn_0_0)))
    (local.set $input_0 (i32.add (local.get $input_0) (local.get $operand_turn_0_0)))
    (local.set $input_1 (i32.add (local.get $input_1) (local.get $operand_turn_0_1)))
    (br_if $turn_1
      (i32.lt_u (local.tee $turn (i32.add (local.get $turn) (i32.const 1))) (local.get $turns_0)))
  end
  (i32.const 0)
)
