"""What every page of evidence looks like."""

STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem; color: #1c1c1c;
  margin: 0 auto; padding: 1.5rem; background: #fff; }
h1 { font-size: 1.7rem; line-height: 1.2; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.case { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
.case img { width: 14rem; height: auto; image-rendering: pixelated;
  border: 1px solid #ccc; max-width: 100%; }
.case table { flex: 1 1 24rem; }
.case.several img { width: 6rem; }
.case.several table { flex-basis: 100%; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th { width: 34%; font-weight: 600; }
.case th { width: 8rem; }
svg { width: 100%; height: auto; display: block; }
.key { font-size: .85rem; color: #555; }
footer { margin-top: 2.5rem; font-size: .85rem; color: #555; }
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title>
<style>{style}</style>
</head>
<body>
<h1>{heading}</h1>
<p>{reason}</p>
<div class="{kind}">{images}
{facts}</div>

<h2>How likely it is to be wrong</h2>
{odds}

<h2>What the decoder read</h2>
{bits}
{photographs}
{members}

<h2>Calibration</h2>
{calibration}

<h2>Formulas</h2>
{formulas}

<h2>Where the numbers come from</h2>
{provenance}

<footer>Written at {made_at}. The same in figures: report.json. To recompute
all of it from the registry: tf-fingerprint evidence verify.</footer>
</body>
</html>
"""
