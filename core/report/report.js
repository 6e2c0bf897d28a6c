/* Draws the figures of report.html from its data island: curves through time with dygraphs, all
 * else with Chart.js. The page is complete without it: every figure has its table. Draws only what
 * the island says (figure.h); names reach the page through textContent and canvases alone. */
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('report-data').textContent);
  const root = document.documentElement;
  const day = 86400000;
  let drawn = [];               // of each figure: {close()} and, through time, {graph, ...}
  let range = null;             // the zoomed span, shared by all figures through time
  let printing = false;
  const hidden = new Set();     // "figure/series" that were switched off

  // --- words and numbers ---------------------------------------------------------------------

  const colour = (name) => getComputedStyle(root).getPropertyValue('--' + name).trim();
  const minus = (text) => text.replace('-', '\u2212');

  function decimalsFor(largest) {
    if (largest >= 1e5) return 0;
    if (largest >= 10) return 2;
    return largest >= 0.1 ? 4 : largest >= 1e-3 ? 6 : 8;
  }

  function number(value) {
    if (value === null || value === undefined || Number.isNaN(value)) return '\u2013';
    if (Math.abs(value) >= 1e15) return minus(value.toPrecision(6));
    return minus(value.toLocaleString('en-US',
      { maximumFractionDigits: value === 0 ? 0 : decimalsFor(Math.abs(value)) }));
  }

  // Ticks are round numbers: a few digits say them, and hide what binary fractions add.
  const tick = (value) => minus(Number(value).toLocaleString('en-US',
    { maximumSignificantDigits: 6 }));

  const two = (value) => String(value).padStart(2, '0');

  function clock(ms) {
    const at = new Date(ms);
    const seconds = at.getUTCSeconds() + at.getUTCMilliseconds() / 1000;
    const text = two(at.getUTCHours()) + ':' + two(at.getUTCMinutes());
    return seconds ? text + ':' + (seconds < 10 ? '0' : '') + +seconds.toFixed(3) : text;
  }

  const moment = (ms) => new Date(ms).toISOString().slice(0, 10) + ' ' + clock(ms) + ' UTC';

  function timeTick(ms, granularity) {
    const months = granularity >= Dygraph.MONTHLY;
    if (!months && ms % day !== 0) return clock(ms);
    return new Date(ms).toLocaleDateString('en-GB',
      Object.assign({ month: 'short', timeZone: 'UTC' },
        months ? { year: 'numeric' } : { day: 'numeric' }));
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // --- figures through time ------------------------------------------------------------------

  function nearest(ms) {
    let low = 0, high = data.times.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (data.times[middle] < ms) low = middle + 1; else high = middle;
    }
    return low > 0 && ms - data.times[low - 1] < data.times[low] - ms ? low - 1 : low;
  }

  const valueAt = (curve, row) => {
    const value = data.columns[curve.column][row];
    return value === null ? null : curve.sign * value;
  };

  const isShown = (figure, curve) => !hidden.has(figure.id + '/' + curve.name);

  // Gains pile up above zero and losses below it, so that the two heights differ by the sum. A
  // curve over the stack is drawn as it is.
  function stackRow(figure, row) {
    let above = 0, below = 0;
    return figure.curves.map((curve) => {
      const value = valueAt(curve, row);
      if (curve.over || value === null || !isShown(figure, curve)) return [value, value, value];
      const from = value < 0 ? below : above, to = from + value;
      if (value < 0) below = to; else above = to;
      return [Math.min(from, to), to, Math.max(from, to)];
    });
  }

  function rowsOf(figure) {
    return data.times.map((ms, row) => figure.draw === 'stack'
      ? [ms].concat(stackRow(figure, row))
      : [ms].concat(figure.curves.map((curve) => valueAt(curve, row))));
  }

  const markStyle = {
    swap: ['c4', []], set: ['c4', [6, 3]], swap_refused: ['warn', [2, 3]], kill: ['warn', []],
    failover: ['warn', [6, 3]], guard: ['c7', [4, 3]], settlement: ['soft', [1, 3]],
    client_trade: ['c3', [8, 3]]
  };

  function drawMarks(context, area, graph) {
    for (const mark of data.marks) {
      const [name, dash] = markStyle[mark.kind];
      context.strokeStyle = colour(name);
      context.setLineDash(dash);
      context.beginPath();
      for (const ms of mark.at) {
        const x = graph.toDomXCoord(ms);
        if (x < area.x - 1 || x > area.x + area.w + 1) continue;
        context.moveTo(x, area.y);
        context.lineTo(x, area.y + area.h);
      }
      context.stroke();
    }
    context.setLineDash([]);
  }

  // The no-trade band, filled between its edges; it holds from one row to the next.
  function drawBand(context, area, graph, band) {
    context.fillStyle = colour('band');
    for (let row = 0; row + 1 < data.times.length; row++) {
      const low = data.columns[band[0]][row], high = data.columns[band[1]][row];
      if (low === null || high === null) continue;
      const left = Math.max(graph.toDomXCoord(data.times[row]), area.x);
      const right = Math.min(graph.toDomXCoord(data.times[row + 1]), area.x + area.w);
      const top = Math.max(graph.toDomYCoord(high), area.y);
      const bottom = Math.min(graph.toDomYCoord(low), area.y + area.h);
      if (right > left && bottom > top)
        context.fillRect(left, top, right - left, bottom - top);
    }
  }

  // Up: bought, down: sold; the area grows with the quantity.
  function drawHedges(event, figure) {
    const context = event.drawingContext, graph = event.dygraph;
    const most = figure.hedges.reduce((m, hedge) => Math.max(m, hedge[1], hedge[2]), 0);
    for (const [ms, bought, sold] of figure.hedges) {
      const value = valueAt(figure.curves[0], nearest(ms));
      if (value === null) continue;
      const [x, y] = graph.toDomCoords(ms, value);
      for (const [quantity, way, name] of [[bought, 1, 'c1'], [sold, -1, 'c2']]) {
        if (!(quantity > 0)) continue;
        const size = 3 + 6 * Math.sqrt(quantity / most), tip = y + way * 3;
        context.beginPath();
        context.moveTo(x, tip);
        context.lineTo(x - size * 0.7, tip + way * size * 1.4);
        context.lineTo(x + size * 0.7, tip + way * size * 1.4);
        context.closePath();
        context.globalAlpha = 0.75;
        context.fillStyle = colour(name);
        context.fill();
        context.globalAlpha = 1;
      }
    }
  }

  function seriesOptions(figure) {
    const series = {};
    figure.curves.forEach((curve, i) => {
      const one = { color: colour(curve.colour), stepPlot: curve.steps,
                    strokeWidth: curve.colour === 'c0' ? 1.8 : 1.2 };
      if (curve.dash) one.strokePattern = [5, 3];
      if (figure.draw === 'stack')
        one.plotter = curve.over ? Dygraph.Plotters.linePlotter : Dygraph.Plotters.errorPlotter;
      if (i === 0 && figure.hedges)
        one.plotter = (event) => {
          Dygraph.Plotters.linePlotter(event);
          drawHedges(event, figure);
        };
      series[labelOf(figure, i)] = one;
    });
    return series;
  }

  // Dygraphs wants names that differ.
  const labelOf = (figure, i) => i + 1 + ' ' + figure.curves[i].name;

  function addLegend(figure, plot, one) {
    const legend = element('div', 'legend');
    one.values = figure.curves.map((curve, i) => {
      const chip = element('button'), swatch = element('i');
      chip.type = 'button';
      chip.setAttribute('aria-pressed', isShown(figure, curve));
      swatch.style.background = colour(curve.colour);
      const value = element('b');
      chip.append(swatch, curve.name, value);
      chip.addEventListener('click', () => {
        const key = figure.id + '/' + curve.name;
        if (!hidden.delete(key)) hidden.add(key);
        chip.setAttribute('aria-pressed', isShown(figure, curve));
        if (figure.draw === 'stack') one.graph.updateOptions({ file: rowsOf(figure) }, true);
        one.graph.setVisibility(i, isShown(figure, curve));
      });
      legend.append(chip);
      return value;
    });
    one.when = element('span', 'when');
    legend.append(one.when);
    plot.before(legend);
    return legend;
  }

  function point(row) {
    for (const one of drawn) {
      if (!one.graph) continue;
      one.figure.curves.forEach((curve, i) => {
        one.values[i].textContent = row < 0 ? '' : number(valueAt(curve, row));
      });
      one.when.textContent = row < 0 ? '' : moment(data.times[row]);
      const x = row < 0 ? -1 : one.graph.toDomXCoord(data.times[row]), area = one.graph.getArea();
      one.cross.hidden = x < area.x || x > area.x + area.w;
      one.cross.style.left = x + 'px';
      one.cross.style.height = area.h + 'px';
    }
  }

  let following = false;
  function follow(graph, first) {
    if (first || following) return;
    following = true;
    range = graph.isZoomed('x') ? graph.xAxisRange() : null;
    for (const one of drawn)
      if (one.graph && one.graph !== graph) one.graph.updateOptions({ dateWindow: range });
    document.getElementById('unzoom').hidden = !range;
    following = false;
  }

  function drawThroughTime(figure, plot) {
    const one = { figure: figure };
    const legend = addLegend(figure, plot, one);
    const box = element('div', 'graph');
    one.cross = element('div', 'cross');
    one.cross.hidden = true;
    plot.append(box);
    box.style.height = figure.height + 'px';
    one.graph = new Dygraph(box, rowsOf(figure), {
      labels: ['time'].concat(figure.curves.map((curve, i) => labelOf(figure, i))),
      labelsUTC: true, legend: 'never', customBars: figure.draw === 'stack', fillAlpha: 0.6,
      visibility: figure.curves.map((curve) => isShown(figure, curve)),
      series: seriesOptions(figure), includeZero: figure.zero, dateWindow: range,
      valueRange: figure.view || null,
      xRangePad: 6, yRangePad: 8, highlightCircleSize: 3, pixelRatio: printing ? 3 : undefined,
      gridLineColor: colour('grid'), axisLineColor: colour('line'), axisLabelFontSize: 12,
      axisLabelWidth: 72, rightGap: 12,
      axes: { x: { axisLabelFormatter: timeTick, axisLabelWidth: 64, pixelsPerLabel: 80,
                   ticker: Dygraph.dateTicker },
              y: { axisLabelFormatter: tick } },
      underlayCallback: (context, area, graph) => {
        if (figure.band) drawBand(context, area, graph, figure.band);
        drawMarks(context, area, graph);
      },
      highlightCallback: (event, ms) => point(nearest(ms)),
      unhighlightCallback: () => point(-1),
      drawCallback: follow
    });
    box.append(one.cross);
    one.close = () => { one.graph.destroy(); legend.remove(); plot.textContent = ''; };
    return one;
  }

  // --- other figures: a frame of columns, as its table has them --------------------------------

  const column = (figure, name) => figure.values[figure.columns.indexOf(name)];

  function axis(title, more) {
    return Object.assign({
      title: { display: !!title, text: title, color: colour('soft') },
      grid: { color: colour('grid'), offset: false },
      ticks: { color: colour('soft'), callback: tick, includeBounds: false }
    }, more);
  }

  // Vertical lines with a name at their head: mean and quantiles over a histogram.
  function rulesOver(figure, from, to) {
    return { id: 'rules', afterDatasetsDraw(chart) {
      const context = chart.ctx, area = chart.chartArea;
      const free = [-1e9, -1e9];
      context.font = '12px ' + Chart.defaults.font.family;
      for (const rule of figure.rules) {
        const share = (rule.value - from) / (to - from);
        if (!(share >= 0 && share <= 1)) continue;
        const x = area.left + share * (area.right - area.left);
        const half = context.measureText(rule.name).width / 2 + 4;
        const line = x - half > free[0] ? 0 : 1;
        context.strokeStyle = colour('ink');
        context.setLineDash(rule.name === 'mean' ? [] : [4, 3]);
        context.beginPath();
        context.moveTo(x, area.top - 4);
        context.lineTo(x, area.bottom);
        context.stroke();
        if (x - half <= free[line]) continue;
        free[line] = x + half;
        context.fillStyle = colour('ink');
        context.textAlign = 'center';
        context.fillText(rule.name, x, area.top - 8 - 14 * line);
      }
      context.setLineDash([]);
    } };
  }

  function histogram(figure) {
    const from = column(figure, 'from'), to = column(figure, 'to'), last = from.length - 1;
    return { type: 'bar',
      data: { labels: from.map((low, i) => tick(low) + ' to ' + tick(to[i])),
              datasets: [{ label: figure.y, data: column(figure, 'share'),
                           backgroundColor: from.map((low, i) =>
                             colour(low + to[i] < 0 ? 'c2' : 'c1')),
                           barPercentage: 1, categoryPercentage: 0.94 }] },
      options: { layout: { padding: { top: 34 } }, plugins: { legend: { display: false } },
        scales: {
          x: { display: false }, y: axis(figure.y, { beginAtZero: true }),
          value: axis(figure.x, { type: 'linear', position: 'bottom', axis: 'x', offset: false,
                                  min: from[0], max: to[last] }) } },
      plugins: [rulesOver(figure, from[0], to[last])] };
  }

  // One standard error to both sides, or an interval, where there are any.
  function whiskers(spans) {
    return { id: 'whiskers', afterDatasetsDraw(chart) {
      const context = chart.ctx, along = chart.scales.x, up = chart.scales.y;
      context.strokeStyle = colour('ink');
      context.beginPath();
      chart.getDatasetMeta(0).data.forEach((mark, i) => {
        const [left, right, low, high] = spans(i);
        if (right > left) {
          context.moveTo(along.getPixelForValue(left), mark.y);
          context.lineTo(along.getPixelForValue(right), mark.y);
        }
        if (high > low) {
          context.moveTo(mark.x, up.getPixelForValue(low));
          context.lineTo(mark.x, up.getPixelForValue(high));
        }
      });
      context.stroke();
    } };
  }

  // Names beside their points, moved up or down where they would meet another.
  function namesBeside(figure) {
    return { id: 'names', afterDatasetsDraw(chart) {
      const context = chart.ctx, taken = [];
      context.font = '12px ' + Chart.defaults.font.family;
      context.fillStyle = colour('ink');
      context.textAlign = 'left';
      chart.getDatasetMeta(0).data.forEach((mark, i) => {
        const width = context.measureText(figure.labels[i]).width;
        const x = mark.x + 9 + width > chart.chartArea.right ? mark.x - 9 - width : mark.x + 9;
        const free = [-6, 7, 20, -19].find((down) => !taken.some((box) =>
          Math.abs(box[1] - mark.y - down) < 13 && x < box[0] + box[2] && box[0] < x + width));
        if (free === undefined) return;         // hovering says it
        taken.push([x, mark.y + free, width]);
        context.fillText(figure.labels[i], x, mark.y + free);
      });
    } };
  }

  // The points that no other beats on both axes, from cheap to exact.
  function frontier(points) {
    const sorted = points.filter((p) => p.x !== null && p.y !== null)
      .sort((a, b) => a.x - b.x || a.y - b.y);
    let best = Infinity;
    return sorted.filter((p) => p.y < best && ((best = p.y), true));
  }

  // Points with their errors; with the frontier, or joined along the first axis ("line").
  function scatter(figure) {
    const joined = figure.draw === 'line';
    const points = column(figure, 'x').map((x, i) => ({ x: x, y: column(figure, 'y')[i] }));
    const errors = whiskers((i) => {
      const xs = column(figure, 'x_se')[i] || 0, ys = column(figure, 'y_se')[i] || 0;
      return [points[i].x - xs, points[i].x + xs, points[i].y - ys, points[i].y + ys];
    });
    const curve = joined
      ? { label: figure.y, data: points.slice().sort((a, b) => a.x - b.x) }
      : { label: 'frontier', data: frontier(points), borderDash: [5, 3] };
    Object.assign(curve, { showLine: true, pointRadius: 0, borderColor: colour('c2'),
                           backgroundColor: colour('c2'), borderWidth: 1.5 });
    return { type: 'scatter',
      data: { datasets: [
        { label: figure.of, data: points, backgroundColor: colour('c1'), pointRadius: 5,
          pointHoverRadius: 7 }, curve] },
      options: {
        plugins: {
          legend: { labels: { boxWidth: 16, boxHeight: 2 } },
          tooltip: { filter: (item) => item.datasetIndex === 0, callbacks: {
            label: (item) => figure.labels[item.dataIndex] + ': ' + figure.x + ' ' +
              number(item.parsed.x) + ', ' + figure.y + ' ' + number(item.parsed.y) } } },
        scales: { x: axis(figure.x), y: axis(figure.y) } },
      plugins: joined || points.length > 24 ? [errors] : [errors, namesBeside(figure)] };
  }

  function differences(figure) {
    const values = column(figure, 'value');
    return { type: 'bar',
      data: { labels: figure.labels,
              datasets: [{ label: figure.x, data: values, maxBarThickness: 22,
                           backgroundColor: values.map((v) => colour(v < 0 ? 'c2' : 'c1')) }] },
      options: { indexAxis: 'y', plugins: { legend: { display: false } },
        scales: { x: axis(figure.x), y: axis('', { ticks: { color: colour('ink') } }) } },
      plugins: [whiskers((i) => [column(figure, 'low')[i], column(figure, 'high')[i]])] };
  }

  const kinds = { histogram: histogram, scatter: scatter, line: scatter,
                  differences: differences };

  function drawFrame(figure, plot) {
    const box = element('div', 'chart'), canvas = element('canvas');
    box.style.height = figure.height + 'px';
    box.append(canvas);
    plot.append(box);
    const config = kinds[figure.draw](figure);
    Object.assign(config.options, { animation: false, maintainAspectRatio: false,
                                    devicePixelRatio: printing ? 3 : undefined });
    if (config.options.devicePixelRatio === undefined) delete config.options.devicePixelRatio;
    const chart = new Chart(canvas, config);
    return { close: () => { chart.destroy(); plot.textContent = ''; } };
  }

  // --- the page ------------------------------------------------------------------------------

  function drawFigure(figure) {
    const plot = document.querySelector('#' + figure.id + ' .plot');
    drawn.push(figure.draw in kinds ? drawFrame(figure, plot) : drawThroughTime(figure, plot));
  }

  // A figure is drawn when it comes near the window, on paper at once.
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      drawFigure(data.figures.find((figure) => figure.id === entry.target.id));
    }
  }, { rootMargin: '500px' });

  function draw() {
    watcher.disconnect();
    drawn.forEach((one) => one.close());
    drawn = [];
    Chart.defaults.color = colour('soft');
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    for (const figure of data.figures) {
      const place = document.getElementById(figure.id), plot = place.querySelector('.plot');
      plot.style.display = 'block';
      plot.style.minHeight = figure.height + 'px';
      const near = place.getBoundingClientRect().top < window.innerHeight + 500;
      if (printing || near) drawFigure(figure); else watcher.observe(place);
    }
  }

  function button(id, text, act) {
    const made = element('button', '', text);
    made.type = 'button';
    made.id = id;
    made.addEventListener('click', act);
    document.getElementById('tools').append(made);
    return made;
  }

  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;

  button('unzoom', 'Whole span', () => {
    range = null;
    for (const one of drawn) if (one.graph) one.graph.updateOptions({ dateWindow: null });
  }).hidden = true;
  button('theme', 'Light or dark', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    draw();
  });
  system.addEventListener('change', () => { if (!printing) draw(); });   // paper is light

  // Pictures are pixels: on paper they are drawn anew, black on white and as wide as the page.
  function print(on) {
    printing = on;
    root.classList.toggle('printing', on);
    draw();
    if (on) document.querySelectorAll('.graph canvas').forEach(freeze);
  }

  // Browsers print the commands by which a canvas was drawn while printing, thousands of them and
  // not all readers of a PDF follow: as a bitmap it is what was seen.
  function freeze(canvas) {
    const copy = element('canvas'), bitmap = new OffscreenCanvas(canvas.width, canvas.height);
    bitmap.getContext('2d').drawImage(canvas, 0, 0);
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.style.cssText = canvas.style.cssText;
    copy.getContext('bitmaprenderer').transferFromImageBitmap(bitmap.transferToImageBitmap());
    canvas.replaceWith(copy);
  }

  window.addEventListener('beforeprint', () => print(true));
  window.addEventListener('afterprint', () => print(false));
  draw();
})();
