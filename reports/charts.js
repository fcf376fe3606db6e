"use strict";
// Draws every .chart of the page from the ECharts option beside it. An option
// is data: where it needs code it names one of the functions below.
(() => {
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);

  // ---- colours ------------------------------------------------------------
  let ink = {};
  const readInk = () => {
    const css = getComputedStyle(root), get = (n) => css.getPropertyValue("--" + n).trim();
    ink = {fg: get("fg"), mute: get("mute"), line: get("line"), bg: get("bg"), series: [0, 1, 2, 3, 4, 5, 6, 7].map((i) => get("c" + i)), heat: [0, 1, 2, 3].map((i) => get("heat" + i))};
  };
  const color = (i) => ink.series[i % ink.series.length];
  // theme is what the page's colours make of any option.
  const theme = () => {
    const small = {color: ink.mute, fontSize: 12};
    const axis = {nameTextStyle: small, axisLine: {lineStyle: {color: ink.line}}, axisTick: {show: false}, axisLabel: Object.assign({hideOverlap: true}, small), splitLine: {lineStyle: {color: ink.line, opacity: 0.7}}};
    return {color: ink.series, backgroundColor: "transparent", textStyle: {fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif", color: ink.fg},
      valueAxis: axis, categoryAxis: axis,
      legend: {textStyle: {color: ink.fg, fontSize: 12}, pageIconColor: ink.mute, pageTextStyle: {color: ink.mute}, inactiveColor: ink.mute},
      tooltip: {confine: true, backgroundColor: ink.bg, borderColor: ink.line, borderWidth: 1, textStyle: {color: ink.fg, fontSize: 12}, axisPointer: {lineStyle: {color: ink.mute}}},
      visualMap: {textStyle: small, itemWidth: 12, itemHeight: 140, textGap: 8},
      line: {emphasis: {disabled: true}},
      heatmap: {itemStyle: {borderColor: ink.bg, borderWidth: 0.5}, emphasis: {itemStyle: {borderColor: ink.fg, borderWidth: 1}}}};
  };

  // ---- words --------------------------------------------------------------
  const figure = (v) => Number(v).toLocaleString("en", {maximumFractionDigits: 2});
  const two = (n) => String(n).padStart(2, "0");
  // clock writes seconds since the start as m:ss, or h:mm:ss from one hour on.
  const clock = (s) => {
    s = Math.round(s);
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h > 0 ? h + ":" + two(m) + ":" + two(s % 60) : m + ":" + two(s % 60);
  };
  // Formatters of axes.
  const writers = {
    figure,
    clock,
    seconds: (v) => figure(v),
    minutes: (v) => figure(v / 60),
    hours: (v) => figure(v / 3600),
    start: (v) => v.split(" to ")[0],
  };
  // Formatters of tooltips, made for an option.
  const tellers = {
    name: () => (p) => p.name,
    curves: (o) => {
      const [x] = o.xAxis, [y] = o.yAxis, write = x.axisLabel.formatter,
        at = write === writers.seconds ? (v) => figure(v) + " s" : write === writers.figure ? (v) => figure(v) + " %" : clock;
      return (ps) => at(ps[0].axisValue) + ps.map((p) => "\n" + p.seriesName + ": " + figure(p.value[1]) + " " + y.name).join("");
    },
    cell: (o) => (p) => "Floor " + o.yAxis[0].data[p.value[1]] + "\n" + o.xAxis[0].data[p.value[0]] + "\n" + figure(p.value[2]) + " persons",
    positions: (o) => {
      const where = (legs, t) => {
        const leg = legs.findLast((l) => l.value[0] <= t);
        return leg && (t < leg.value[2] ? "moving to " + leg.name : leg.name + (t <= leg.value[4] ? ", doors open" : ", standing"));
      };
      return (ps) => {
        const t = ps[0].axisValue;
        return clock(t) + o.series.map((s) => [s.name, where(s.data, t)]).filter(([, w]) => w).map(([name, w]) => "\n" + name + ": " + w).join("");
      };
    },
  };

  // ---- items of custom series ---------------------------------------------
  const whiskers = (api, value, row, half) => {
    if (!(half > 0)) return [];
    const [l, y] = api.coord([value - half, row]), [r] = api.coord([value + half, row]);
    return [[l, y, r, y], [l, y - 6, l, y + 6], [r, y - 6, r, y + 6]].map(([x1, y1, x2, y2]) => ({type: "line", shape: {x1, y1, x2, y2}, style: {stroke: ink.fg, lineWidth: 2}}));
  };
  const items = {
    bar: (_, api) => {
      const [left, top] = api.coord([api.value(0), api.value(2)]), [right, bottom] = api.coord([api.value(1), 0]), gap = right - left > 5 ? 1 : 0;
      return {type: "rect", shape: {x: left, y: top, width: Math.max(right - left - gap, 0.5), height: bottom - top}, style: {fill: color(0)}};
    },
    interval: (_, api) => {
      const value = api.value(0), row = api.value(1), [x, y] = api.coord([value, row]), [zero] = api.coord([0, row]), tall = Math.min(26, api.size([0, 1])[1] * 0.55);
      const bar = {type: "rect", shape: {x: zero, y: y - tall / 2, width: x - zero, height: tall}, style: {fill: color(row), opacity: 0.85}};
      return {type: "group", children: [bar, ...whiskers(api, value, row, api.value(2))]};
    },
    difference: (_, api) => {
      const value = api.value(0), row = api.value(1), [cx, cy] = api.coord([value, row]);
      return {type: "group", children: [...whiskers(api, value, row, api.value(2)), {type: "circle", shape: {cx, cy, r: 5}, style: {fill: color(0), stroke: ink.bg, lineWidth: 1}}]};
    },
    range: (_, api) => {
      const [x, low] = api.coord([api.value(0), api.value(1)]), [, high] = api.coord([api.value(0), api.value(2)]), style = {stroke: color(api.value(3)), lineWidth: 2};
      return {type: "group", children: [[x, low, x, high], [x - 5, low, x + 5, low], [x - 5, high, x + 5, high]].map(([x1, y1, x2, y2]) => ({type: "line", shape: {x1, y1, x2, y2}, style}))};
    },
    leg: (params, api) => {
      const v = [0, 1, 2, 3, 4, 5].map((i) => api.value(i)), plot = params.coordSys, i = params.seriesIndex;
      const left = api.coord([v[0], v[1]]), open = api.coord([v[2], v[3]]), closed = api.coord([v[4], v[3]]), next = api.coord([v[5], v[3]]);
      if (next[0] < plot.x || left[0] > plot.x + plot.width) return null;
      const dash = ["solid", "dashed", "dotted"][Math.floor(i / ink.series.length) % 3];
      return {type: "group", children: [
        {type: "polyline", shape: {points: [left, open, next]}, style: {fill: "none", stroke: color(i), lineWidth: 1.6, lineDash: dash}},
        {type: "polyline", shape: {points: [open, closed]}, style: {fill: "none", stroke: color(i), lineWidth: 6, opacity: 0.55}}]};
    },
  };

  // ---- from an option to a drawing ------------------------------------------
  const called = (list, name) => {
    if (!Object.hasOwn(list, name)) throw new Error("no function is called " + name);
    return list[name];
  };
  // attach puts functions where the option names them. Tooltips are drawn as
  // text, never as markup.
  const attach = (o) => {
    for (const a of [...o.xAxis, ...o.yAxis]) if (a.axisLabel && a.axisLabel.formatter) a.axisLabel.formatter = called(writers, a.axisLabel.formatter);
    for (const a of o.yAxis) {
      a.nameTextStyle = {align: "left", padding: [0, 0, 0, -28]};
      if (a.axisLabel) a.room = a.axisLabel.width; // for names of rows, on a screen that is wide enough
    }
    for (const s of o.series) {
      if (s.type === "custom") Object.assign(s, {renderItem: called(items, s.renderItem), clip: true, progressive: 0});
      // A series without items is there for its lines, behind those of the others.
      if (s.markLine) Object.assign(s.markLine, {silent: true, animation: false, z: s.data.length ? 5 : 1});
    }
    o.tooltip.formatter = called(tellers, o.tooltip.formatter)(o);
    o.tooltip.renderMode = "richText";
    return o;
  };
  // paint adds the colours that a theme does not reach and fits names to the width.
  const paint = (o, width) => {
    for (const s of o.series) if (s.markLine) {
      s.markLine.lineStyle.color = s.data.length ? ink.mute : ink.line;
      s.markLine.label.color = ink.mute;
    }
    for (const v of o.visualMap || []) v.inRange = {color: ink.heat};
    for (const a of o.yAxis) if (a.room) {
      a.axisLabel.width = Math.min(a.room, width * 0.33);
      a.axisLabel.color = ink.fg;
      o.grid[0].left = a.axisLabel.width + 12;
    }
  };
  const draw = (c) => { paint(c.option, c.chart.getWidth()); c.chart.setOption(c.option, true); };
  const drawAll = () => { readInk(); for (const c of charts) { c.chart.setTheme(theme(), {silent: true}); draw(c); } };

  // ---- the spatial plot's window, by buttons that a keyboard reaches ----------
  const steps = (el, o, redraw) => {
    const [x] = o.xAxis, end = Math.max(x.max, ...o.series.flatMap((s) => s.data.length ? [s.data[s.data.length - 1].value[5]] : []));
    const bar = document.createElement("div"), out = document.createElement("output"), buttons = [];
    bar.className = "steps";
    const show = () => {
      x.minInterval = x.maxInterval = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800].find((s) => span() / s <= 9) || 14400;
      out.textContent = clock(x.min) + " to " + clock(x.max) + " of " + clock(end);
      for (const [b, idle] of buttons) b.disabled = idle();
    };
    const set = (a, b) => {
      const width = Math.min(Math.max(b - a, 60), end), start = Math.max(0, Math.min(a, end - width));
      x.min = start; x.max = start + width;
      show();
      redraw();
    };
    const span = () => x.max - x.min;
    const add = (text, does, idle) => {
      const b = document.createElement("button");
      b.type = "button"; b.textContent = text;
      b.addEventListener("click", does);
      bar.append(b); buttons.push([b, idle]);
    };
    add("Earlier", () => set(x.min - span() * 0.8, x.max - span() * 0.8), () => x.min <= 0);
    add("Later", () => set(x.min + span() * 0.8, x.max + span() * 0.8), () => x.max >= end);
    add("Closer", () => set(x.min + span() / 4, x.max - span() / 4), () => span() <= 60);
    add("Wider", () => set(x.min - span() / 2, x.max + span() / 2), () => span() >= end);
    out.setAttribute("aria-live", "polite");
    bar.append(out);
    el.before(bar);
    show();
  };

  // ---- all charts -----------------------------------------------------------
  const charts = [];
  let printing = false;
  readInk();
  for (const el of document.querySelectorAll(".chart")) {
    try {
      const c = {el, option: attach(JSON.parse(document.getElementById("option-" + el.id).textContent))}, [first] = c.option.series;
      // A heat map of thousands of cells is faster as pixels; all else prints sharp as vectors.
      const pixels = first.type === "heatmap" && first.data.length > 2500;
      c.chart = echarts.init(el, theme(), {renderer: pixels ? "canvas" : "svg", devicePixelRatio: pixels ? 2 : undefined});
      if (first.renderItem === items.leg) steps(el, c.option, () => draw(c));
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
  let before, opened = [];
  addEventListener("beforeprint", () => {
    if (printing) return;
    printing = true;
    before = root.dataset.theme;
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
    if (before) root.dataset.theme = before; else delete root.dataset.theme;
    opened.forEach((d) => { d.open = false; });
    for (const c of charts) c.chart.resize({width: "auto"});
    drawAll();
  });
  root.dataset.ready = String(charts.length);
})();
