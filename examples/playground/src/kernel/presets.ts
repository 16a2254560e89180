/**
 * Kernels to begin with.
 *
 * @module
 */

/** By the names that the page shows. */
export const PRESETS: ReadonlyMap<string, string> = new Map([
  [
    "Unsharp mask",
    `// Every channel by itself: what differs from the
// pixels around is made to differ more.
(x, { amount = 1.5 /* 0 to 6 */, clamp }) => {
  const weights = [1, 2, 1];
  let blurred = 0;
  for (let i = -1; i <= 1; i++)
    for (let j = -1; j <= 1; j++)
      blurred += weights[i + 1] * weights[j + 1] * x.at(i, j);
  return clamp(x + amount * (x - blurred / 16));
}`,
  ],
  [
    "Gray",
    `// The brightness of a pixel, as eyes weigh it.
(r, g, b) => 0.2126 * r + 0.7152 * g + 0.0722 * b`,
  ],
  [
    "Threshold",
    `// Black or white.
(r, g, b, { level = 110 /* 0 to 255 */ }) =>
  0.2126 * r + 0.7152 * g + 0.0722 * b > level ? 255 : 0`,
  ],
  [
    "Gamma",
    `// Below 1 brighter, above 1 darker.
(x, { gamma = 0.6 /* 0.2 to 3 */ }) =>
  Math.round(255 * (x / 255) ** gamma)`,
  ],
  [
    "Posterise",
    `// Few values for each channel.
(x, { levels = 4 /* 2 to 12 */ }) => {
  const steps = Math.round(levels) - 1;
  const step = Math.round(x / 255 * steps);
  return Math.round(step / steps * 255);
}`,
  ],
  [
    "Vignette",
    `// Darker towards the corners, warmer in the middle.
(r, g, b, { strength = 0.9 /* 0 to 2 */,
  index: [i, j], height, width, clamp }) => {
  const y = (i / height - 0.5) * 2;
  const x = (j / width - 0.5) * 2;
  const light = 1 / (1 + strength * (x * x + y * y)) ** 2;
  return [clamp(r * light * 1.06), g * light, b * light * 0.92];
}`,
  ],
  [
    "Edges",
    `// Sobel: how steep the brightness is.
(r, g, b, { gain = 1 /* 0.2 to 4 */, clamp }) => {
  const y = (i, j) => 0.2126 * r.at(i, j)
    + 0.7152 * g.at(i, j) + 0.0722 * b.at(i, j);
  const across = y(-1, 1) - y(-1, -1)
    + 2 * (y(0, 1) - y(0, -1)) + y(1, 1) - y(1, -1);
  const down = y(1, -1) - y(-1, -1)
    + 2 * (y(1, 0) - y(-1, 0)) + y(1, 1) - y(-1, 1);
  return clamp(gain * Math.hypot(across, down));
}`,
  ],
  [
    "Heat haze",
    `// Colours that drift: time goes on with the frames.
(r, g, b, { strength = 0.4 /* 0 to 1 */,
  time, index: [i, j], clamp }) => {
  const phase = i / 23 + Math.sin(j / 31 + time);
  const wave = strength * Math.sin(phase + 2 * time);
  return [
    clamp(r * (1 + wave)),
    clamp(g * (1 + 0.3 * wave)),
    clamp(b * (1 - wave)),
  ];
}`,
  ],
  [
    "Julia set",
    `// No picture at all: a loop whose end depends on the pixel.
(r, { turn = 2.1 /* 0 to 6.3 */,
  index: [i, j], height, width }) => {
  const a = 0.7885 * Math.cos(turn);
  const b = 0.7885 * Math.sin(turn);
  let x = (j - width / 2) / height * 2.6;
  let y = (i - height / 2) / height * 2.6;
  let n = 0;
  for (; n < 120 && x * x + y * y < 4; n++)
    [x, y] = [x * x - y * y + a, 2 * x * y + b];
  return 255 - n * 2;
}`,
  ],
]);
