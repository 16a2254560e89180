/**
 * Pictures that are drawn: a test card with what filters change, and balls that move.
 *
 * @module
 */

/** Colours, lines of every width, letters, soft and hard edges. */
export function drawTestCard(context: CanvasRenderingContext2D): void {
  const { width, height } = context.canvas;
  const sky = context.createLinearGradient(0, 0, width, height);
  for (const [at, colour] of ["#0b2545", "#13699a", "#8ecae6", "#ffd8a8", "#e85d04"].entries()) {
    sky.addColorStop(at / 4, colour);
  }
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  for (let i = 0; i < 8; i++) {
    context.fillStyle = `hsl(${i * 45} 85% 55%)`;
    context.fillRect((i * width) / 8, height - 90, width / 8, 90);
    context.fillStyle = `hsl(0 0% ${(i * 100) / 7}%)`;
    context.fillRect((i * width) / 8, height - 130, width / 8, 40);
  }
  context.strokeStyle = "#ffffff";
  for (let i = 1; i < 40; i++) {
    context.lineWidth = i / 9;
    context.beginPath();
    context.moveTo(40 + i * 9, 60);
    context.lineTo(40 + i * 9, 190);
    context.stroke();
  }
  for (let i = 12; i > 0; i--) {
    context.fillStyle = i % 2 === 0 ? "#fefae0" : "#bc4749";
    context.beginPath();
    context.arc(width - 200, 190, i * 13, 0, 2 * Math.PI);
    context.fill();
  }
  const glow = context.createRadialGradient(330, 380, 5, 330, 380, 170);
  glow.addColorStop(0, "#ffffff");
  glow.addColorStop(1, "#ffffff00");
  context.fillStyle = glow;
  context.fillRect(160, 210, 340, 300);
  context.fillStyle = "#10141c";
  context.font = "700 92px system-ui, sans-serif";
  context.fillText("instride", 200, 390);
  context.font = "26px system-ui, sans-serif";
  context.fillText("strided loops on every core", 206, 432);
}

/** Seven balls that go round at different speeds. */
export function drawBalls(context: CanvasRenderingContext2D, seconds: number): void {
  const { width, height } = context.canvas;
  context.fillStyle = "#0d1b2a";
  context.fillRect(0, 0, width, height);
  for (let i = 0; i < 7; i++) {
    const angle = seconds * (0.3 + 0.11 * i) + i * 2.1;
    const x = width * (0.5 + 0.36 * Math.cos(angle));
    const y = height * (0.5 + 0.32 * Math.sin(angle * 1.3 + i));
    const radius = 60 + 14 * i;
    const shine = context.createRadialGradient(x - radius / 3, y - radius / 3, radius / 12, x, y, radius);
    shine.addColorStop(0, "#ffffff");
    shine.addColorStop(0.25, `hsl(${i * 51} 90% 62%)`);
    shine.addColorStop(1, `hsl(${i * 51} 80% 22%)`);
    context.fillStyle = shine;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
}
