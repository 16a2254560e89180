(func $run
  (param $count i32)
  (param $output_0 i32)
  (param $input_0 i32)
  (param $input_1 i32)
  (param $input_stride_1 i32)
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
  (local $gathered v128)
  (local $second i32)
  (local $third i32)
  (local $stored v128)
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
    (i32.ge_u (local.get $left) (i32.const 8))
    if $by_8
      loop $next
        (local.get $output_pointer)
        (v128.load (local.get $input_pointer))
        (local.set $gathered (v128.load32_zero (local.get $input_pointer_1)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (local.set $gathered (v128.load32_lane 1 (local.get $input_pointer_1) (local.get $gathered)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (local.set $gathered (v128.load32_lane 2 (local.get $input_pointer_1) (local.get $gathered)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (v128.load32_lane 3 (local.get $input_pointer_1) (local.get $gathered))
        f32x4.add
        v128.store
        (local.get $output_pointer)
        (v128.load offset=16 (local.get $input_pointer))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (local.set $gathered (v128.load32_zero (local.get $input_pointer_1)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (local.set $gathered (v128.load32_lane 1 (local.get $input_pointer_1) (local.get $gathered)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (local.set $gathered (v128.load32_lane 2 (local.get $input_pointer_1) (local.get $gathered)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (v128.load32_lane 3 (local.get $input_pointer_1) (local.get $gathered))
        f32x4.add
        v128.store offset=16
        (local.set $input_pointer (i32.add (local.get $input_pointer) (i32.const 32)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (local.set $output_pointer (i32.add (local.get $output_pointer) (i32.const 32)))
        (local.set $left (i32.sub (local.get $left) (i32.const 8)))
        (br_if $next (i32.ge_u (local.get $left) (i32.const 8)))
      end
    end
    (i32.ge_u (local.get $left) (i32.const 4))
    if $by_4
      loop $next_1
        (local.get $output_pointer)
        (v128.load (local.get $input_pointer))
        (local.set $gathered (v128.load32_zero (local.get $input_pointer_1)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (local.set $gathered (v128.load32_lane 1 (local.get $input_pointer_1) (local.get $gathered)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (local.set $gathered (v128.load32_lane 2 (local.get $input_pointer_1) (local.get $gathered)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
        (v128.load32_lane 3 (local.get $input_pointer_1) (local.get $gathered))
        f32x4.add
        v128.store
        (local.set $input_pointer (i32.add (local.get $input_pointer) (i32.const 16)))
        (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (local.get $input_stride_1)))
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
      (local.set $address
        (i32.add (i32.mul (local.get $second) (local.get $input_stride_1)) (local.get $input_pointer_1)))
      (local.set $gathered (v128.load32_lane 1 (local.get $address) (local.get $gathered)))
      (local.set $address
        (i32.add (i32.mul (local.get $third) (local.get $input_stride_1)) (local.get $input_pointer_1)))
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

(func $tile
  (param $count i32)
  (param $output_0 i32)
  (param $input_0 i32)
  (param $input_1 i32)
  (param $input_stride_1 i32)
  (param $turns_0 i32)
  (param $output_turn_0_0 i32)
  (param $operand_turn_0_0 i32)
  (param $operand_turn_0_1 i32)
  (result i32)
  (local $input_pointer i32)
  (local $input_pointer_1 i32)
  (local $row_0 v128)
  (local $row_1 v128)
  (local $row_2 v128)
  (local $row_3 v128)
  (local $output_pointer i32)
  (local $rows i32)
  (local $column i32)
  (local $columns_0 v128)
  (local $columns_1 v128)
  (local $columns_2 v128)
  (local $columns_3 v128)
  (local $left v128)
  (local $right v128)
  loop $columns
    (local.set $input_pointer (local.get $input_0))
    (local.set $input_pointer_1 (local.get $input_1))
    (local.set $output_pointer (local.get $output_0))
    (local.set $rows (local.get $turns_0))
    loop $rows_1
      (local.get $output_pointer)
      (v128.load (local.get $input_pointer))
      (local.set $column (local.get $input_pointer_1))
      (local.set $columns_0 (v128.load (local.get $column)))
      (local.set $column (i32.add (local.get $column) (local.get $input_stride_1)))
      (local.set $columns_1 (v128.load (local.get $column)))
      (local.set $column (i32.add (local.get $column) (local.get $input_stride_1)))
      (local.set $columns_2 (v128.load (local.get $column)))
      (local.set $column (i32.add (local.get $column) (local.get $input_stride_1)))
      (local.set $columns_3 (v128.load (local.get $column)))
      (local.set $left
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $columns_0) (local.get $columns_1)))
      (local.set $right
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $columns_2) (local.get $columns_3)))
      (local.set $row_0
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $left) (local.get $right)))
      (local.set $row_1
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $left) (local.get $right)))
      (local.set $left
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31
          (local.get $columns_0)
          (local.get $columns_1)))
      (local.set $right
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31
          (local.get $columns_2)
          (local.get $columns_3)))
      (local.set $row_2
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $left) (local.get $right)))
      (local.set $row_3
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $left) (local.get $right)))
      (local.get $row_0)
      f32x4.add
      v128.store
      (local.set $output_pointer (i32.add (local.get $output_pointer) (local.get $output_turn_0_0)))
      (local.get $output_pointer)
      (local.set $input_pointer (i32.add (local.get $input_pointer) (local.get $operand_turn_0_0)))
      (f32x4.add (v128.load (local.get $input_pointer)) (local.get $row_1))
      v128.store
      (local.set $output_pointer (i32.add (local.get $output_pointer) (local.get $output_turn_0_0)))
      (local.get $output_pointer)
      (local.set $input_pointer (i32.add (local.get $input_pointer) (local.get $operand_turn_0_0)))
      (f32x4.add (v128.load (local.get $input_pointer)) (local.get $row_2))
      v128.store
      (local.set $output_pointer (i32.add (local.get $output_pointer) (local.get $output_turn_0_0)))
      (local.get $output_pointer)
      (local.set $input_pointer (i32.add (local.get $input_pointer) (local.get $operand_turn_0_0)))
      (f32x4.add (v128.load (local.get $input_pointer)) (local.get $row_3))
      v128.store
      (local.set $input_pointer (i32.add (local.get $input_pointer) (local.get $operand_turn_0_0)))
      (local.set $input_pointer_1 (i32.add (local.get $input_pointer_1) (i32.const 16)))
      (local.set $output_pointer (i32.add (local.get $output_pointer) (local.get $output_turn_0_0)))
      (br_if $rows_1 (local.tee $rows (i32.sub (local.get $rows) (i32.const 4))))
    end
    (local.set $input_0 (i32.add (local.get $input_0) (i32.const 16)))
    (local.set $input_1 (i32.add (local.get $input_1) (i32.mul (local.get $input_stride_1) (i32.const 4))))
    (local.set $output_0 (i32.add (local.get $output_0) (i32.const 16)))
    (br_if $columns (local.tee $count (i32.sub (local.get $count) (i32.const 4))))
  end
  (i32.const 0)
)
