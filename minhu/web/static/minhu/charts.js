/* A livelier drawing in place of the one that stands there. Without scripts, or if this fails, that one stays. */
(() => {
  "use strict";
  if (!window.echarts) return;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const draw = (figure) => {
    const spec = JSON.parse(figure.dataset.chart);
    const holder = figure.querySelector(".canvas");
    const height = holder.getBoundingClientRect().height;
    if (!height) return;
    holder.replaceChildren();
    const chart = window.echarts.init(holder, null, { height });
    const ink = token("--ink-3");
    const colours = [token("--brand"), token("--due")];
    chart.setOption({
      animation: !calm,
      aria: { enabled: false },
      color: colours,
      grid: { left: 48, right: 12, top: 14, bottom: 28 },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (value) => (value == null ? "–" : value + (spec.percent ? "%" : "")) },
      xAxis: { type: "category", data: spec.labels, axisLabel: { color: ink }, axisLine: { lineStyle: { color: ink } } },
      yAxis: { type: "value", min: 0, minInterval: spec.percent ? 0 : 1, max: spec.percent ? 100 : undefined, axisLabel: { color: ink, formatter: spec.percent ? "{value}%" : "{value}" }, splitLine: { lineStyle: { color: token("--line") } } },
      series: spec.series.map((one, number) => ({
        name: one.name, data: one.values, type: spec.lines ? "line" : "bar", symbolSize: 7,
        lineStyle: { width: 3, type: number ? "dashed" : "solid" },
      })),
    });
    figure.dataset.drawn = "1";
    new ResizeObserver(() => chart.resize({ width: holder.clientWidth })).observe(figure);
  };
  document.querySelectorAll("[data-chart]").forEach(draw);
})();
