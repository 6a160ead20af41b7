export interface Series {
  readonly name: string;
  readonly colour: string;
  /** Number of routes to rate a second. */
  readonly points: readonly (readonly [number, number])[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 80;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 50;

/** Rates over table size, both axes logarithmic, as an SVG. */
export function growthPlot(title: string, series: readonly Series[]): string {
  const all = series.flatMap(({ points }) => points);
  const x = scale(
    all.map(([size]) => size),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    all.map(([, rate]) => rate),
    HEIGHT - BOTTOM,
    TOP,
  );
  const lines = series.map(({ name, colour, points }, at) => {
    const path = points.map(([size, rate]) => `${x.at(size)},${y.at(rate)}`).join(' ');
    const label = `<text x="${LEFT + 10}" y="${TOP + 16 + 18 * at}" fill="${colour}">${name}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${label}`;
  });
  const grid = [
    ...x.ticks.map((tick) => vertical(x.at(tick), tick)),
    ...y.ticks.map((tick) => horizontal(y.at(tick), tick)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
<text x="${WIDTH / 2}" y="22" text-anchor="middle" font-size="15">${title}</text>
${[...grid, ...lines].join('\n')}
<text x="${WIDTH / 2}" y="${HEIGHT - 12}" text-anchor="middle">routes in the table</text>
</svg>
`;
}

function scale(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  const ticks = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at));
  const at = (value: number) =>
    Math.round(from + ((Math.log10(value) - low) / (high - low)) * (to - from));
  return { ticks, at };
}

function vertical(x: number, tick: number): string {
  const line = `<line x1="${x}" x2="${x}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#ddd"/>`;
  return `${line}<text x="${x}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${short(tick)}</text>`;
}

function horizontal(y: number, tick: number): string {
  const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="#ddd"/>`;
  return `${line}<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${short(tick)}/s</text>`;
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1000 ? `${value / 1000}k` : String(value);
}
