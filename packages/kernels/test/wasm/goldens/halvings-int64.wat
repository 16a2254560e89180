(func $run
  (param $count i32)
  (param $output_0 i32)
  (param $input_0 i32)
  (param $cancel i32)
  (result i32)
  (local $polls i32)
  (local $rounds i64)
  (local $carried_0 v128)
  (local $carried_1 v128)
  (local $active v128)
  (local $carried_0_1 v128)
  (local $carried_1_1 v128)
  (local $active_1 v128)
  (local $i64:1 v128)
  (local $gathered v128)
  (local $stored v128)
  (local.set $i64:1 (v128.const i32x4 0x00000001 0x00000000 0x00000001 0x00000000))
  (i32.eqz (local.get $count))
  if $empty
    (return (i32.const 0))
  end
  (i32.ge_u (local.get $count) (i32.const 4))
  if $by_4
    loop $next
      (local.set $carried_0 (v128.load (local.get $input_0)))
      (local.set $carried_1 (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
      (local.set $active (v128.const i32x4 0xffffffff 0xffffffff 0xffffffff 0xffffffff))
      (local.set $carried_0_1 (v128.load offset=16 (local.get $input_0)))
      (local.set $carried_1_1 (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
      (local.set $active_1 (v128.const i32x4 0xffffffff 0xffffffff 0xffffffff 0xffffffff))
      (local.set $rounds (i64.const 0))
      block $done
        loop $round
          (br_if $done
            (i32.eqz
              (v128.any_true
                (v128.or
                  (local.tee $active
                    (v128.and
                      (i64x2.eq
                        (v128.and (local.get $carried_0) (local.get $i64:1))
                        (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
                      (local.get $active)))
                  (local.tee $active_1
                    (v128.and
                      (i64x2.eq
                        (v128.and (local.get $carried_0_1) (local.get $i64:1))
                        (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
                      (local.get $active_1)))))))
          (i64.ge_u (local.get $rounds) (i64.const 64))
          if $given_up
            (v128.any_true (local.get $active))
            if $here
              (return (i32.sub (local.get $count) (i32.ctz (i64x2.bitmask (local.get $active)))))
            end
            (return
              (i32.sub
                (i32.sub (local.get $count) (i32.const 2))
                (i32.ctz (i64x2.bitmask (local.get $active_1)))))
          end
          (local.set $rounds (i64.add (local.get $rounds) (i64.const 1)))
          (i32.eqz (i32.and (local.tee $polls (i32.add (local.get $polls) (i32.const 1))) (i32.const 1023)))
          if $poll
            (i32.ne (local.get $cancel) (i32.const -1))
            if $cancellable
              (i32.atomic.load (local.get $cancel))
              if $cancelled
                (return (i32.sub (i32.const 0) (local.get $count)))
              end
            end
          end
          (i64x2.shr_u (local.get $carried_0) (i32.const 1))
          (local.set $carried_1 (i64x2.sub (local.get $carried_1) (local.get $active)))
          local.set $carried_0
          (i64x2.shr_u (local.get $carried_0_1) (i32.const 1))
          (local.set $carried_1_1 (i64x2.sub (local.get $carried_1_1) (local.get $active_1)))
          local.set $carried_0_1
          (br $round)
        end
      end
      (v128.store (local.get $output_0) (local.get $carried_1))
      (v128.store offset=16 (local.get $output_0) (local.get $carried_1_1))
      (local.set $input_0 (i32.add (local.get $input_0) (i32.const 32)))
      (local.set $output_0 (i32.add (local.get $output_0) (i32.const 32)))
      (local.set $count (i32.sub (local.get $count) (i32.const 4)))
      (br_if $next (i32.ge_u (local.get $count) (i32.const 4)))
    end
  end
  (i32.ge_u (local.get $count) (i32.const 2))
  if $by_2
    loop $next_1
      (local.set $carried_0 (v128.load (local.get $input_0)))
      (local.set $carried_1 (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
      (local.set $active (v128.const i32x4 0xffffffff 0xffffffff 0xffffffff 0xffffffff))
      (local.set $rounds (i64.const 0))
      block $done_1
        loop $round_1
          (br_if $done_1
            (i32.eqz
              (v128.any_true
                (local.tee $active
                  (v128.and
                    (i64x2.eq
                      (v128.and (local.get $carried_0) (local.get $i64:1))
                      (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
                    (local.get $active))))))
          (i64.ge_u (local.get $rounds) (i64.const 64))
          if $given_up_1
            (return (i32.sub (local.get $count) (i32.ctz (i64x2.bitmask (local.get $active)))))
          end
          (local.set $rounds (i64.add (local.get $rounds) (i64.const 1)))
          (i32.eqz (i32.and (local.tee $polls (i32.add (local.get $polls) (i32.const 1))) (i32.const 1023)))
          if $poll_1
            (i32.ne (local.get $cancel) (i32.const -1))
            if $cancellable_1
              (i32.atomic.load (local.get $cancel))
              if $cancelled_1
                (return (i32.sub (i32.const 0) (local.get $count)))
              end
            end
          end
          (i64x2.shr_u (local.get $carried_0) (i32.const 1))
          (local.set $carried_1 (i64x2.sub (local.get $carried_1) (local.get $active)))
          local.set $carried_0
          (br $round_1)
        end
      end
      (v128.store (local.get $output_0) (local.get $carried_1))
      (local.set $input_0 (i32.add (local.get $input_0) (i32.const 16)))
      (local.set $output_0 (i32.add (local.get $output_0) (i32.const 16)))
      (local.set $count (i32.sub (local.get $count) (i32.const 2)))
      (br_if $next_1 (i32.ge_u (local.get $count) (i32.const 2)))
    end
  end
  (local.get $count)
  if $tail
    (local.set $gathered (v128.load64_zero (local.get $input_0)))
    (local.set $carried_0 (v128.load64_lane 1 (local.get $input_0) (local.get $gathered)))
    (local.set $carried_1 (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
    (local.set $active (v128.const i32x4 0xffffffff 0xffffffff 0xffffffff 0xffffffff))
    (local.set $rounds (i64.const 0))
    block $done_2
      loop $round_2
        (br_if $done_2
          (i32.eqz
            (v128.any_true
              (local.tee $active
                (v128.and
                  (i64x2.eq
                    (v128.and (local.get $carried_0) (local.get $i64:1))
                    (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
                  (local.get $active))))))
        (i64.ge_u (local.get $rounds) (i64.const 64))
        if $given_up_2
          (return (i32.sub (local.get $count) (i32.ctz (i64x2.bitmask (local.get $active)))))
        end
        (local.set $rounds (i64.add (local.get $rounds) (i64.const 1)))
        (i32.eqz (i32.and (local.tee $polls (i32.add (local.get $polls) (i32.const 1))) (i32.const 1023)))
        if $poll_2
          (i32.ne (local.get $cancel) (i32.const -1))
          if $cancellable_2
            (i32.atomic.load (local.get $cancel))
            if $cancelled_2
              (return (i32.sub (i32.const 0) (local.get $count)))
            end
          end
        end
        (i64x2.shr_u (local.get $carried_0) (i32.const 1))
        (local.set $carried_1 (i64x2.sub (local.get $carried_1) (local.get $active)))
        local.set $carried_0
        (br $round_2)
      end
    end
    (local.set $stored (local.get $carried_1))
    (v128.store64_lane 0 (local.get $output_0) (local.get $stored))
  end
  (i32.const 0)
)
