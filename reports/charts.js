"use strict";
// Draws every .chart of the page from the JSON beside it. All code is here:
// data names a function of `kinds` and carries numbers and plain text only.
(() => {
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);

  // ---- colours and text -------------------------------------------------
  let ink = {};
  const readInk = () => {
    const css = getComputedStyle(root), get = (n) => css.getPropertyValue("--" + n).trim();
    ink = {fg: get("fg"), mute: get("mute"), line: get("line"), bg: get("bg"), panel: get("panel"), accent: get("accent"),
      series: [0, 1, 2, 3, 4, 5, 6, 7].map((i) => get("c" + i)), heat: [0, 1, 2, 3].map((i) => get("heat" + i))};
  };
  const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
  // Braces mean styles in the charting script's rich text; names get round ones.
  const plain = (s, most = 40) => {
    const t = String(s).replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, " ").replace(/\{/g, "(").replace(/\}/g, ")");
    return t.length > most ? t.slice(0, most - 1) + "…" : t;
  };
  const color = (i) => ink.series[i % ink.series.length];
  const dash = (i) => ["solid", "dashed", "dotted"][Math.floor(i / ink.series.length) % 3];
  const figure = (v, digits = 1) => Number(v).toLocaleString("en", {maximumFractionDigits: digits});
  const two = (n) => String(n).padStart(2, "0");
  // clock writes seconds since the start as m:ss, or h:mm:ss from one hour on.
  const clock = (s) => {
    s = Math.round(s);
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h > 0 ? h + ":" + two(m) + ":" + two(s % 60) : m + ":" + two(s % 60);
  };

  // ---- shared parts of an option ----------------------------------------
  const base = () => ({animation: false, backgroundColor: "transparent", textStyle: {fontFamily: font, color: ink.fg}, aria: {enabled: false}});
  const tooltip = (more) => Object.assign({renderMode: "richText", confine: true, backgroundColor: ink.bg, borderColor: ink.line, borderWidth: 1,
    textStyle: {color: ink.fg, fontFamily: font, fontSize: 12}, axisPointer: {type: "line", lineStyle: {color: ink.mute}}}, more);
  const axis = (more) => Object.assign({nameTextStyle: {color: ink.mute, fontSize: 12}, axisLine: {lineStyle: {color: ink.line}}, axisTick: {show: false},
    axisLabel: {color: ink.mute, fontSize: 12, hideOverlap: true}, splitLine: {lineStyle: {color: ink.line, opacity: 0.7}}, minorTick: {show: false}}, more);
  const legend = (names) => ({show: names.length > 1, type: "scroll", top: 0, left: 0, itemWidth: 26, itemHeight: 8, pageIconColor: ink.mute,
    pageTextStyle: {color: ink.mute}, data: names, textStyle: {color: ink.fg, fontSize: 12}});
  const grid = (more) => Object.assign({left: 8, right: 22, top: 34, bottom: 30, containLabel: true}, more);

  // An axis of seconds shows seconds, minutes or hours, whichever reads best.
  const timeUnit = (most) => (most > 3 * 3600 ? {name: "h", of: 3600} : most > 240 ? {name: "min", of: 60} : {name: "s", of: 1});
  const stepOf = (span, unit) => {
    const steps = unit.of === 1 ? [1, 2, 5, 10, 20, 30, 60] : unit.of === 60 ? [15, 30, 60, 120, 300, 600, 900, 1800] : [900, 1800, 3600, 7200, 10800, 14400];
    return steps.find((s) => span / s <= 9) || Math.ceil(span / 8 / unit.of) * unit.of;
  };
  const timeAxis = (name, min, max) => {
    const unit = timeUnit(max), step = stepOf(max - min, unit);
    return axis({type: "value", name: name + " (" + unit.name + ")", nameLocation: "middle", nameGap: 28, min, max, interval: step,
      axisLabel: {color: ink.mute, fontSize: 12, hideOverlap: true, showMaxLabel: Math.abs((max - min) / step - Math.round((max - min) / step)) < 1e-9, formatter: (v) => figure(v / unit.of, 2)}, splitLine: {show: false}});
  };
  const xAxis = (x) => (x.kind === "seconds" ? timeAxis(x.name, x.min || 0, x.max)
    : axis({type: "value", name: x.name, nameLocation: "middle", nameGap: 28, min: x.min || 0, max: x.max, minInterval: 1, splitLine: {show: false}}));
  const yAxis = (y) => axis({type: "value", name: y.name, nameLocation: "end", nameGap: 14, nameTextStyle: {color: ink.mute, fontSize: 12, align: "left", padding: [0, 0, 0, -28]},
    min: 0, max: y.max || null, axisLine: {show: false}, axisLabel: {color: ink.mute, fontSize: 12, formatter: (v) => figure(v, 2)}});
  const marks = (list) => ({silent: true, symbol: "none", animation: false, lineStyle: {color: ink.mute, type: "dashed", width: 1},
    label: {color: ink.mute, fontSize: 11, formatter: (p) => plain(p.name), position: "end", distance: 4}, data: (list || []).map((m) => ({name: m.name, xAxis: m.at}))});
  const byX = (x, v) => (x.kind === "seconds" ? (timeUnit(x.max).of === 1 ? figure(v) + " s" : clock(v)) : figure(v));

  // ---- the kinds of charts -----------------------------------------------
  const kinds = {
    // Bars between numeric edges: {x, y, bars: [[from, to, value], ...], marks}
    histogram: (d) => ({grid: grid({}), tooltip: tooltip({trigger: "item", formatter: (p) => byX(d.x, p.value[0]) + " to " + byX(d.x, p.value[1]) + "\n" + figure(p.value[2], 2) + " " + d.y.unit}),
      xAxis: xAxis(d.x), yAxis: yAxis(d.y),
      series: [{type: "custom", name: plain(d.y.name), encode: {x: [0, 1], y: 2}, data: d.bars, clip: true, markLine: marks(d.marks),
        renderItem: (params, api) => {
          const a = api.coord([api.value(0), api.value(2)]), b = api.coord([api.value(1), 0]);
          const gap = b[0] - a[0] > 5 ? 1 : 0;
          return {type: "rect", shape: {x: a[0], y: a[1], width: Math.max(b[0] - a[0] - gap, 0.5), height: b[1] - a[1]}, style: {fill: color(0)}};
        }}]}),

    // Columns over names: {x, y, names, values}
    columns: (d) => ({grid: grid({}), tooltip: tooltip({trigger: "item", formatter: (p) => plain(p.name) + "\n" + figure(p.value, 2) + " " + d.y.unit}),
      xAxis: axis({type: "category", name: d.x.name, nameLocation: "middle", nameGap: 28, data: d.names.map((n) => plain(n, 24)), splitLine: {show: false}}),
      yAxis: yAxis(d.y), series: [{type: "bar", data: d.values, barCategoryGap: "18%", itemStyle: {color: color(0)}}]}),

    // Lines over numbers: {x, y, series: [{name, step, points: [[x, y], ...]}], marks}
    lines: (d) => {
      const names = d.series.map((s) => plain(s.name));
      return {grid: grid({top: names.length > 1 ? 52 : 34}), legend: legend(names),
        tooltip: tooltip({trigger: "axis", formatter: (ps) => byX(d.x, ps[0].value[0]) + ps.map((p) => "\n" + plain(p.seriesName) + ": " + figure(p.value[1], 2) + " " + d.y.unit).join("")}),
        xAxis: xAxis(d.x), yAxis: yAxis(d.y),
        series: d.series.map((s, i) => ({type: "line", name: names[i], step: s.step ? "end" : false, symbol: "none", data: s.points, emphasis: {disabled: true},
          lineStyle: {width: 2, color: color(i), type: i > 0 && d.series.length < 4 ? ["solid", "dashed", "dotted"][i] : dash(i)}, itemStyle: {color: color(i)}, markLine: i === 0 ? marks(d.marks) : undefined}))};
    },

    // Heat map over time and floors: {edges, rows, cells: [[column, row, value], ...], max, unit}
    heat: (d) => ({grid: grid({right: 8, top: 8, bottom: 64}),
      tooltip: tooltip({trigger: "item", formatter: (p) => "Floor " + plain(d.rows[p.value[1]]) + "\n" + clock(d.edges[p.value[0]]) + " to " + clock(d.edges[p.value[0] + 1]) + "\n" + figure(p.value[2], 2) + " " + d.unit}),
      visualMap: {type: "continuous", min: 0, max: d.max, orient: "horizontal", left: 0, bottom: 0, itemWidth: 12, itemHeight: 140, text: [figure(d.max) + " " + d.unit, "0"], textGap: 8,
        textStyle: {color: ink.mute, fontSize: 12}, inRange: {color: ink.heat}, calculable: false},
      xAxis: axis({type: "category", name: "time since start (min)", nameLocation: "middle", nameGap: 26, data: d.edges.slice(0, -1).map((s) => figure(s / 60)), splitLine: {show: false}, boundaryGap: true}),
      yAxis: axis({type: "category", data: d.rows.map((r) => plain(r, 14)), splitLine: {show: false}, axisLine: {show: false}}),
      series: [{type: "heatmap", data: d.cells, itemStyle: {borderColor: ink.bg, borderWidth: d.edges.length > 80 ? 0 : 0.5}, emphasis: {itemStyle: {borderColor: ink.fg, borderWidth: 1}}}]}),

    // Values with intervals: {rows: [{name, value, half}], unit, axis, zero}
    intervals: (d, view, width) => {
      const names = d.rows.map((r) => plain(r.name, 34));
      const low = Math.min(0, ...d.rows.map((r) => r.value - (r.half || 0))) * 1.08, high = Math.max(0, ...d.rows.map((r) => r.value + (r.half || 0))) * 1.08;
      const room = Math.min(200, width * 0.33);
      return {grid: {top: 8, right: 30, bottom: 48, left: room + 12, containLabel: false},
        tooltip: tooltip({trigger: "item", formatter: (p) => names[p.value[1]] + "\n" + figure(p.value[0], 2) + " " + d.unit + (p.value[2] == null || Number.isNaN(p.value[2]) ? "" : " ± " + figure(p.value[2], 2) + " " + d.unit)}),
        xAxis: axis({type: "value", name: d.axis, nameLocation: "middle", nameGap: 28, min: d.zero ? low : 0, max: high > low ? high : 1, axisLabel: {color: ink.mute, fontSize: 12, hideOverlap: true, showMinLabel: !(low < 0), showMaxLabel: false, formatter: (v) => figure(v, 2)}}),
        yAxis: axis({type: "category", inverse: true, data: names, splitLine: {show: false}, axisLabel: {color: ink.fg, fontSize: 12, width: room, overflow: "truncate"}}),
        series: [{type: "custom", encode: {x: 0, y: 1}, data: d.rows.map((r, i) => [r.value, i, r.half]), clip: true,
          markLine: d.zero ? {silent: true, symbol: "none", label: {show: false}, lineStyle: {color: ink.mute, type: "solid", width: 1}, data: [{xAxis: 0}]} : undefined,
          renderItem: (params, api) => {
            const i = api.value(1), v = api.value(0), half = api.value(2), at = api.coord([v, i]), zero = api.coord([0, i]);
            const tall = Math.min(26, api.size([0, 1])[1] * 0.55), parts = [];
            if (!d.zero) parts.push({type: "rect", shape: {x: zero[0], y: at[1] - tall / 2, width: at[0] - zero[0], height: tall}, style: {fill: color(i), opacity: 0.85}});
            if (half > 0) {
              const l = api.coord([v - half, i])[0], r = api.coord([v + half, i])[0], ends = [[l, at[1], r, at[1]], [l, at[1] - 6, l, at[1] + 6], [r, at[1] - 6, r, at[1] + 6]];
              for (const e of ends) parts.push({type: "line", shape: {x1: e[0], y1: e[1], x2: e[2], y2: e[3]}, style: {stroke: ink.fg, lineWidth: 2}});
            }
            if (d.zero) parts.push({type: "circle", shape: {cx: at[0], cy: at[1], r: 5}, style: {fill: color(0), stroke: ink.bg, lineWidth: 1}});
            return {type: "group", children: parts};
          }}]};
    },

    // Spatial plot: {floors: [{name, elevation}], cars: [{name, legs: [[depart, from, arrive, to, close, persons], ...]}], low, high, from, to, end}
    path: (d, view) => {
      const [from, to] = view, height = (f) => d.floors[f].elevation, names = d.cars.map((c) => plain(c.name, 24)), series = [];
      d.cars.forEach((c, i) => {
        const line = [], open = [];
        for (const [leave, f, arrive, t, close] of c.legs) {
          if (close < from || leave > to) continue;
          line.push([leave, height(f)], [arrive, height(t)], [close, height(t)]);
          open.push([arrive, height(t)], [close, height(t)], [close, null]);
        }
        const common = {type: "line", name: names[i], symbol: "none", connectNulls: false, clip: true, emphasis: {disabled: true}, itemStyle: {color: color(i)}};
        series.push(Object.assign({}, common, {data: line, lineStyle: {width: 1.6, color: color(i), type: dash(i)}}));
        series.push(Object.assign({}, common, {data: open, tooltip: {show: false}, lineStyle: {width: 6, color: color(i), cap: "butt", opacity: 0.55}}));
      });
      const where = (c, t) => {
        let at = "";
        for (const [leave, f, arrive, to, close] of c.legs) {
          if (leave > t) break;
          const name = plain(d.floors[to].name, 14);
          at = t < arrive ? plain(d.floors[f].name, 14) + " to " + name : t <= close ? name + ", doors open" : name + ", standing";
        }
        return at;
      };
      // Labels belong to floors, which need not be equally far apart.
      const shown = [];
      let last = -Infinity;
      const gap = (height(d.high) - height(d.low)) / 24;
      d.floors.slice(d.low, d.high + 1).forEach((f) => { if (f.elevation - last >= gap) { shown.push(f); last = f.elevation; } });
      const label = new Map(shown.map((f) => [f.elevation, plain(f.name, 14)]));
      return {grid: grid({top: 40, left: 8}), legend: Object.assign(legend(names), {show: true}),
        tooltip: tooltip({trigger: "axis", formatter: (ps) => { const t = ps[0].axisValue; return clock(t) + d.cars.map((c, i) => { const w = where(c, t); return w ? "\n" + names[i] + ": " + w : ""; }).join(""); }}),
        xAxis: timeAxis("time since start", from, to),
        yAxis: axis({type: "value", min: height(d.low), max: d.high > d.low ? height(d.high) : height(d.low) + 1, axisLine: {show: false},
          axisLabel: {color: ink.mute, fontSize: 11, customValues: shown.map((f) => f.elevation), formatter: (v) => label.get(v) || ""},
          axisTick: {show: false, customValues: shown.map((f) => f.elevation)}, splitLine: {show: true, lineStyle: {color: ink.line, opacity: 0.6}}}),
        series};
    },
  };

  // ---- the spatial plot's window, by buttons that a keyboard reaches -------
  const steps = (el, chart, d, redraw) => {
    const view = [d.from, d.to], bar = document.createElement("div"), out = document.createElement("output");
    bar.className = "steps";
    const buttons = [];
    const set = (a, b) => {
      const width = Math.min(Math.max(b - a, 60), d.end), start = Math.max(0, Math.min(a, d.end - width));
      view[0] = start; view[1] = start + width;
      redraw();
    };
    const add = (text, does, idle) => {
      const b = document.createElement("button");
      b.type = "button"; b.textContent = text;
      b.addEventListener("click", () => { does(); show(); });
      bar.append(b); buttons.push([b, idle]);
    };
    const show = () => {
      out.textContent = clock(view[0]) + " to " + clock(view[1]) + " of " + clock(d.end);
      for (const [b, idle] of buttons) b.disabled = idle();
    };
    const span = () => view[1] - view[0];
    add("Earlier", () => set(view[0] - span() * 0.8, view[1] - span() * 0.8), () => view[0] <= 0);
    add("Later", () => set(view[0] + span() * 0.8, view[1] + span() * 0.8), () => view[1] >= d.end);
    add("Closer", () => set(view[0] + span() / 4, view[1] - span() / 4), () => span() <= 60);
    add("Wider", () => set(view[0] - span() / 2, view[1] + span() / 2), () => span() >= d.end);
    out.setAttribute("aria-live", "polite");
    bar.append(out);
    el.before(bar);
    show();
    return view;
  };

  // ---- drawing -----------------------------------------------------------
  const charts = [];
  let printing = false;
  const draw = (c) => c.chart.setOption(Object.assign(base(), kinds[c.el.dataset.kind](c.data, c.view, c.chart.getWidth())), true);
  const drawAll = () => { readInk(); charts.forEach(draw); };
  readInk();
  for (const el of document.querySelectorAll(".chart")) {
    try {
      const c = {el, data: JSON.parse(document.getElementById("data-" + el.id).textContent)};
      // A heat map of thousands of cells is faster as pixels; all else prints sharp as vectors.
      const pixels = el.dataset.kind === "heat" && c.data.cells.length > 2500;
      c.chart = echarts.init(el, null, {renderer: pixels ? "canvas" : "svg", devicePixelRatio: pixels ? 2 : undefined});
      if (el.dataset.kind === "path") c.view = steps(el, c.chart, c.data, () => draw(c));
      draw(c);
      // A hidden element, or a page that is just being captured, has no width to draw in.
      new ResizeObserver(() => { if (!printing && el.clientWidth > 40) { c.chart.resize(); draw(c); } }).observe(el);
      charts.push(c);
    } catch (e) {
      console.error("chart " + el.id + ": " + e);
      el.textContent = "This chart could not be drawn. Its figures are in the table below.";
      el.className = "note";
    }
  }

  // ---- light and dark, paper ----------------------------------------------
  const button = document.getElementById("theme");
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; button.setAttribute("aria-label", "Use " + (isDark() ? "light" : "dark") + " colours"); button.setAttribute("aria-pressed", String(isDark())); };
  button.hidden = false;
  name();
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); drawAll(); });
  prefersDark.addEventListener("change", () => { name(); drawAll(); });
  let theme, opened = [];
  addEventListener("beforeprint", () => {
    if (printing) return;
    printing = true;
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    opened = [...document.querySelectorAll("details.print:not([open])")];
    opened.forEach((d) => { d.open = true; });
    // A page of A4 with the margins of page.css is 688 px wide; the paper's layout is not known yet here.
    for (const c of charts) c.chart.resize({width: c.el.closest(".pair") ? 325 : 680});
    drawAll();
    for (const c of charts) c.chart.getZr().flush();
  });
  addEventListener("afterprint", () => {
    printing = false;
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    opened.forEach((d) => { d.open = false; });
    for (const c of charts) c.chart.resize({width: "auto"});
    drawAll();
  });
  root.dataset.ready = String(charts.length);
})();
