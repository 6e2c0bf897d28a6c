/* The look and the crosshair of report.html, as constant text. Colours follow Okabe and Ito,
 * darkened for paper and lightened for dark screens, and every curve is also named at its end. The
 * script only moves a line and copies numbers from the page's own tables; the page is complete
 * without it. */
#include "report/page.h"

const char *const rh_page_style[] = {
    ":root{color-scheme:light dark;--bg:#fbfbf9;--card:#fff;--ink:#1c2126;--soft:#5b6570;"
    "--line:#e3e5e8;--grid:#eceef0;--zero:#8e979f;--warn:#b3261e;",
    "--c0:#1c2126;--c1:#0a6ab0;--c2:#c8520a;--c3:#068a68;--c4:#9c4a85;--c5:#7a1f1f;--c6:#3f9fd8;"
    "--c7:#b98300;--c8:#6a5acd;--c9:#7d868f}",
    "@media (prefers-color-scheme:dark){:root{--bg:#121518;--card:#181c20;--ink:#e7eaed;"
    "--soft:#9aa4ae;--line:#2b3138;--grid:#23282e;--zero:#6a747e;--warn:#ff8a80;",
    "--c0:#f1f3f5;--c1:#5fb2f2;--c2:#f2904f;--c3:#3fcb9f;--c4:#dd94c6;--c5:#e57373;--c6:#9ad5f8;"
    "--c7:#ebbd3f;--c8:#a99cf5;--c9:#98a2ac}}",
    "*{box-sizing:border-box}",
    "body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"
    "'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums}",
    "main{max-width:1120px;margin:0 auto;padding:28px 24px 48px}",
    "h1{font-size:26px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em;"
    "overflow-wrap:anywhere}",
    "h2{font-size:15px;margin:0;display:inline}h2 i{font-style:normal;font-weight:400;"
    "color:var(--soft);margin-left:4px}",
    ".sub,.note,.about,.keys,.digest{color:var(--soft)}.sub{margin:0;overflow-wrap:anywhere}"
    ".sub b{color:var(--ink);font-weight:600}",
    ".dot::before{content:'\\b7';margin:0 8px}",
    ".lede{font-size:17px;line-height:1.55;max-width:62em;margin:16px 0 18px}",
    ".note,.digest{font-size:12.5px;margin:8px 0 0}.status{color:var(--warn)!important}",
    "code{font:12.5px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;"
    "overflow-wrap:anywhere}",
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px}",
    ".tile,section,figure{background:var(--card);border:1px solid var(--line);border-radius:8px}",
    ".tile{padding:10px 14px}.tile span,.tile small{display:block;color:var(--soft);"
    "font-size:12.5px}.tile b{font-size:22px;font-weight:600;line-height:1.35}",
    ".tables{columns:2 440px;column-gap:16px;margin:20px 0 4px}.tables section"
    "{break-inside:avoid;margin-bottom:16px}",
    "section{padding:14px 16px}section.wide{margin-top:16px}"
    "section.wide>details{margin-top:6px}",
    "table{border-collapse:collapse}th{font-weight:400;text-align:left}",
    ".bars,.facts{width:100%;margin-top:8px}.bars th,.facts th{padding:2px 12px 2px 0;"
    "white-space:nowrap}",
    ".bars td,.facts td{padding:2px 0;text-align:right;white-space:nowrap}.bars .bar{width:46%;"
    "padding-left:16px}.bars svg{display:block;width:100%;height:11px}",
    ".facts .unit{text-align:left;color:var(--soft);padding-left:8px;width:30%}",
    ".bars tfoot td,.bars tfoot th{border-top:1px solid var(--line);font-weight:600}"
    ".bars .nil td,.bars .nil th{color:var(--soft)}",
    ".pos{fill:var(--c1)}.neg{fill:var(--c2)}.axis{stroke:var(--zero);fill:none;"
    "vector-effect:non-scaling-stroke}",
    ".keys{font-size:13px;margin:24px 0 10px}.event{margin-right:18px;white-space:nowrap}"
    ".event svg{width:8px;height:16px;vertical-align:-3px;margin-right:5px}",
    "figure{margin:0 0 16px;padding:14px 16px 10px}figcaption{margin-bottom:6px}"
    ".about{font-size:13px;margin-left:10px}.key.buy{color:var(--c1)}.key.sell{color:var(--c2)}",
    ".scroll{overflow-x:auto}figure svg{display:block;width:100%;min-width:720px;height:auto;"
    "touch-action:pan-x pan-y}",
    "svg text{font-size:12px;fill:var(--soft)}svg .name{font-weight:600}"
    "svg .value{font-weight:400;fill:var(--ink)}svg .date{fill:var(--ink)}",
    "path{fill:none}path.grid{stroke:var(--grid)}path.day{stroke:var(--line)}"
    "path.zero{stroke:var(--zero)}path.frame{stroke:var(--line)}",
    ".curve{stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round}.curve.c0"
    "{stroke-width:2}.lead{stroke-width:1}",
    ".c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}"
    ".c4{stroke:var(--c4)}.c5{stroke:var(--c5)}.c6{stroke:var(--c6)}.c7{stroke:var(--c7)}"
    ".c8{stroke:var(--c8)}.c9{stroke:var(--c9)}",
    ".curve.c5{stroke-dasharray:5 3}.curve.c9{stroke-dasharray:1.5 3}",
    "svg .t-c0{fill:var(--c0)}svg .t-c1{fill:var(--c1)}svg .t-c2{fill:var(--c2)}"
    "svg .t-c3{fill:var(--c3)}svg .t-c4{fill:var(--c4)}svg .t-c5{fill:var(--c5)}"
    "svg .t-c6{fill:var(--c6)}svg .t-c7{fill:var(--c7)}svg .t-c8{fill:var(--c8)}"
    "svg .t-c9{fill:var(--c9)}",
    "path.buy{fill:var(--c1)}path.sell{fill:var(--c2)}path.buy,path.sell{fill-opacity:.85;"
    "stroke:var(--card);stroke-width:.6}",
    ".mark{stroke-width:1.2}.m-swap{stroke:var(--c4)}.m-kill{stroke:var(--warn);stroke-width:2}"
    ".m-guard{stroke:var(--c7);stroke-dasharray:4 3;opacity:.8}"
    ".m-settlement{stroke:var(--soft);stroke-dasharray:1 3}"
    ".m-client{stroke:var(--c3);stroke-dasharray:8 3}",
    ".cross{stroke:var(--ink);stroke-width:1;opacity:0}.cross.on{opacity:.55}",
    "output{display:block;font-size:12.5px;color:var(--soft);min-height:1.5em}"
    "output b{color:var(--ink);font-weight:600}",
    "details>summary{cursor:pointer;color:var(--soft);font-size:13px;width:max-content}",
    ".numbers,.events,.origin{font-size:12.5px;margin-top:6px}",
    ".numbers th,.numbers td{padding:1px 0 1px 18px;text-align:right;white-space:nowrap}"
    ".numbers th:first-child,.numbers td:first-child{text-align:left;padding-left:0}",
    ".numbers th,.events th{color:var(--soft);border-bottom:1px solid var(--line);"
    "position:sticky;top:0;background:var(--card)}figure details .scroll{max-height:360px;"
    "overflow:auto}",
    ".events td,.origin td,.origin th{padding:2px 18px 2px 0;vertical-align:top;"
    "white-space:nowrap}.events .text,.origin td{white-space:normal;overflow-wrap:anywhere}"
    ".origin td{font-family:ui-monospace,Consolas,'DejaVu Sans Mono',monospace}",
    "footer{margin-top:20px}",
    "@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;"
    "--line:#ccc;--grid:#e6e6e6;--zero:#777;--warn:#a00;",
    "--c0:#000;--c1:#0a6ab0;--c2:#c8520a;--c3:#068a68;--c4:#9c4a85;--c5:#7a1f1f;--c6:#3f9fd8;"
    "--c7:#b98300;--c8:#6a5acd;--c9:#7d868f}",
    "body,.tables,.lede{font-size:11px}h1{font-size:20px}.tile b{font-size:15px}"
    ".note,.about,.keys,.digest,.digest code,.tile span,.tile small{font-size:10px}h2"
    "{font-size:12.5px}.facts .unit{width:auto}main{max-width:none;padding:0}"
    "figure,section,.tile{break-inside:avoid}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}details:not([open]){display:none}"
    "output{display:none}.tables{columns:2 280px!important}"
    ".tiles{grid-template-columns:repeat(5,1fr)!important}figure svg{min-width:0!important}}",
    NULL};

const char *const rh_page_script[] = {
    "(function () {",
    "  'use strict';",
    "  var figures = [].map.call(document.querySelectorAll('figure'), function (figure) {",
    "    var svg = figure.querySelector('svg');",
    "    var rows = [].slice.call(figure.querySelectorAll('.numbers tbody tr'));",
    "    return {",
    "      svg: svg, rows: rows, line: svg.querySelector('.cross'),",
    "      out: figure.querySelector('output'),",
    "      at: rows.map(function (row) { return +row.dataset.x; }),",
    "      heads: [].map.call(figure.querySelectorAll('.numbers th'), function (head) {",
    "        return head.textContent.trim();",
    "      })",
    "    };",
    "  });",
    "  function nearest(at, x) {",
    "    var low = 0, high = at.length - 1;",
    "    while (low < high) {",
    "      var middle = low + high >> 1;",
    "      if (at[middle] < x) low = middle + 1; else high = middle;",
    "    }",
    "    return low > 0 && x - at[low - 1] < at[low] - x ? low - 1 : low;",
    "  }",
    "  function say(figure, row) {",
    "    figure.out.textContent = '';",
    "    [].forEach.call(row.cells, function (cell, i) {",
    "      var value = document.createElement('b');",
    "      value.textContent = cell.textContent.trim();",
    "      if (i > 0 && value.textContent === '\\u2013') return;",
    "      figure.out.append(i > 0 ? '\\u2002' + figure.heads[i] + ' ' : '', value);",
    "    });",
    "  }",
    "  function show(x) {",
    "    figures.forEach(function (figure) {",
    "      if (!figure.rows.length) return;",
    "      var row = figure.rows[nearest(figure.at, x)];",
    "      figure.line.setAttribute('transform', 'translate(' + row.dataset.x + ')');",
    "      figure.line.classList.add('on');",
    "      say(figure, row);",
    "    });",
    "  }",
    "  function hide() {",
    "    figures.forEach(function (figure) {",
    "      figure.line.classList.remove('on');",
    "      figure.out.textContent = '';",
    "    });",
    "  }",
    "  figures.forEach(function (figure) {",
    "    figure.svg.addEventListener('pointermove', function (event) {",
    "      var box = figure.svg.getBoundingClientRect();",
    "      show((event.clientX - box.left) / box.width * figure.svg.viewBox.baseVal.width);",
    "    });",
    "    figure.svg.addEventListener('pointerleave', hide);",
    "  });",
    "})();",
    NULL};
