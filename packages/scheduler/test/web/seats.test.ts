import { expect, test } from "vitest";
import { type Seat, Seats } from "../../src/web/seats.ts";

class NumberedSeat implements Seat {
  readonly number: number;
  readonly #ending: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(number: number) {
    this.number = number;
  }

  get ending(): Promise<void> {
    return this.#ending.promise;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  beginToEnd(): void {
    this.#ending.resolve();
  }

  end(): void {
    this.#ended.resolve();
  }
}

function numberedSeats(most: number): Seats<NumberedSeat> {
  let made = 0;
  return new Seats(most, () => new NumberedSeat(++made));
}

const never = (): Promise<never> => new Promise(() => {});

test("Seats: as many as allowed are made, and then given on in turn", async () => {
  const seats = numberedSeats(2);
  const [first, second] = [await seats.take(), await seats.take()];
  const order: string[] = [];
  const third = seats.take().then((seat) => order.push(`third has ${seat.number}`));
  const fourth = seats.take().then((seat) => order.push(`fourth has ${seat.number}`));
  seats.give(second);
  seats.give(first);
  await Promise.all([third, fourth]);
  expect(order).toEqual(["third has 2", "fourth has 1"]);
});

test("Seats: who is urgent comes before who is not, and after those who were urgent before", async () => {
  const seats = numberedSeats(1);
  const seat = await seats.take();
  const order: string[] = [];
  const waits = (name: string, dropped?: Promise<never>): Promise<void> =>
    seats.take(dropped).then((taken) => {
      order.push(name);
      seats.give(taken);
    });
  const all = [waits("lane"), waits("task 1", never()), waits("task 2", never())];
  expect(seats.urgent).toBe(2);
  seats.give(seat);
  await Promise.all(all);
  expect(order).toEqual(["task 1", "task 2", "lane"]);
});

test("Seats: who gives up waiting leaves the turn to the next", async () => {
  const seats = numberedSeats(1);
  const seat = await seats.take();
  const dropped = Promise.withResolvers<never>();
  const leaves = seats.take(dropped.promise);
  const stays = seats.take(never());
  dropped.reject(new Error("not wanted any more"));
  await expect(leaves).rejects.toThrow("not wanted any more");
  seats.give(seat);
  expect(await stays).toBe(seat);
});

test("Seats: one that was given to somebody who gave up at that moment goes on to the next", async () => {
  const seats = numberedSeats(1);
  const seat = await seats.take();
  const dropped = Promise.withResolvers<never>();
  const leaves = seats.take(dropped.promise);
  dropped.reject(new Error("not wanted any more"));
  const stays = seats.take(never());
  seats.give(seat);
  await expect(leaves).rejects.toThrow("not wanted any more");
  expect(await stays).toBe(seat);
});

test("Seats: one that has ended is replaced for whoever waits, and is not given again", async () => {
  const seats = numberedSeats(1);
  const first = await seats.take();
  const waiting = seats.take();
  first.end();
  expect((await waiting).number).toBe(2);
  seats.give(first);
  expect(seats.all.map(({ number }) => number)).toEqual([2]);
});

test("Seats: one that is ending is replaced before it has ended, but not without limit", async () => {
  const seats = numberedSeats(1);
  const first = await seats.take();
  first.beginToEnd();
  const second = await seats.take();
  expect(second.number).toBe(2);
  second.beginToEnd();
  const numbers: number[] = [];
  const third = seats.take().then(({ number }) => numbers.push(number));
  await Promise.resolve();
  expect(numbers).toEqual([]);
  first.end();
  await third;
  expect(numbers).toEqual([3]);
  expect(seats.all.map(({ number }) => number)).toEqual([3, 2]);
});

test("Seats: whoever waits is told when there are none any more", async () => {
  const seats = numberedSeats(1);
  await seats.take();
  const waiting = seats.take();
  seats.refuseAll(new Error("closed"));
  await expect(waiting).rejects.toThrow("closed");
});
