package gateway_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"hoistway/dispatch/gateway"
	"hoistway/scenarios"
	"hoistway/twin/live"
)

// liveGateway serves the twin of scenarios. It gives the address.
func liveGateway(t *testing.T, speed float64, quiet bool, names ...string) string {
	t.Helper()
	return liveServer(t, speed, quiet, names...).URL
}

func liveServer(t *testing.T, speed float64, quiet bool, names ...string) *httptest.Server {
	t.Helper()
	var buildings []gateway.Building
	for i, name := range names {
		sc, err := scenarios.Load(name, scenarios.Options{})
		if err != nil {
			t.Fatal(err)
		}
		buildings = append(buildings, gateway.Building{ID: fmt.Sprintf("twin%d", i+1), Building: live.New(sc, live.Options{Seed: 1, Quiet: quiet})})
	}
	g, err := gateway.Open(gateway.Config{Buildings: buildings, Speed: speed, Admin: true, Page: true, Start: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	server := httptest.NewServer(g.Handler())
	var all sync.WaitGroup
	all.Go(func() {
		if err := g.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		soon, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		g.Drain(soon)
		server.Close()
		stop()
		all.Wait()
	})
	return server
}

// browser starts a headless browser, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: a browser takes its time")
	}
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no browser in PATH (looked for chromium, chromium-browser and google-chrome): install one, on Debian with `apt-get install chromium`")
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), o...)
	ctx, leave := chromedp.NewContext(alloc, chromedp.WithErrorf(t.Logf))
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(func() { cancel(); leave(); stop() })
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// heard collects what a page says on the console and whom it asks but its own
// server.
type heard struct {
	mu  sync.Mutex
	all []string
}

func (h *heard) add(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, s)
}

func listenTo(ctx context.Context, origin string) *heard {
	h := &heard{}
	console, asked := chromedp.Console(ctx), chromedp.Events(ctx, network.RequestWillBeSent)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			h.add("console: " + m.String())
		}
	}()
	go func() {
		for e, err := range asked {
			if err != nil {
				return
			}
			if u := e.Request.URL; !strings.HasPrefix(u, origin+"/") && u != "about:blank" && !strings.HasPrefix(u, "data:") {
				h.add("request of " + u)
			}
		}
	}()
	return h
}

// look runs script that returns a value.
func look[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%v\nscript: %s", err, script)
	}
	return v
}

// await waits until script is true.
func await(t *testing.T, ctx context.Context, what, script string, atMost time.Duration) {
	t.Helper()
	for end := time.Now().Add(atMost); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if look[bool](t, ctx, script) {
			return
		}
	}
	t.Fatalf("%s did not happen within %v; the page says %q and lists %q", what, atMost, look[string](t, ctx, `document.getElementById("say").textContent`), look[string](t, ctx, `document.getElementById("calls").innerText`))
}

func openLive(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	await(t, ctx, "the first picture", `!document.getElementById("main").classList.contains("lost") && document.querySelectorAll(".car[aria-label]").length > 0`, 30*time.Second)
}

// floorButton is the selector of a floor's button by what it says.
func floorButton(label string) string { return fmt.Sprintf(`.floor[aria-label^=%q]`, label) }

func click(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	soon, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(soon, chromedp.Click(chromedp.CSS(selector))); err != nil {
		t.Fatalf("clicking %s: %v", selector, err)
	}
}

// A person clicks two floors and sees which car comes and that it came; a floor
// that is locked in between is refused.
func TestLivePage(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	url := liveGateway(t, 20, true, "office-lunch")
	said := listenTo(ctx, url)
	openLive(t, ctx, url+"/")
	if at := look[string](t, ctx, `location.pathname`); at != "/live" {
		t.Errorf("/ leads to %s, want /live", at)
	}

	click(t, ctx, floorButton("Call from floor 3"))
	click(t, ctx, floorButton("Go to floor 7"))
	const first = `document.querySelector("#calls li")`
	await(t, ctx, "a car for the call", first+`.querySelector(".pill")?.textContent.startsWith("Car ") ?? false`, 30*time.Second)
	if n := look[int](t, ctx, `document.querySelectorAll(".car.mine").length + document.querySelectorAll("."+"mark.mine").length`); n == 0 {
		t.Error("neither the car nor the floors of the call are marked")
	}
	await(t, ctx, "the end of the call", first+`.dataset.state === "served"`, 30*time.Second)

	click(t, ctx, `#kinds input[value=floor-locked]`)
	look[string](t, ctx, `document.getElementById("in-floor").value = "9"`)
	click(t, ctx, "#begin")
	await(t, ctx, "the lock", `document.querySelector("#active li")?.textContent.includes("floor 9") ?? false`, 30*time.Second)
	await(t, ctx, "the lock's sign on the floor", `document.querySelectorAll(".floor.locked").length === 1`, 30*time.Second)
	click(t, ctx, floorButton("Call from floor 3"))
	click(t, ctx, floorButton("Go to floor 9"))
	await(t, ctx, "the refusal", first+`.dataset.state === "cancelled" && `+first+`.textContent.includes("floor is locked")`, 30*time.Second)

	click(t, ctx, `#active button`)
	await(t, ctx, "the end of the lock", `document.querySelectorAll("#active li, .floor.locked").length === 0`, 30*time.Second)

	time.Sleep(300 * time.Millisecond)
	said.mu.Lock()
	defer said.mu.Unlock()
	for _, s := range said.all {
		t.Errorf("the page is not silent: %s", s)
	}
}

// The same by keyboard alone, and Escape gives up.
func TestLivePageByKeyboard(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	openLive(t, ctx, liveGateway(t, 8, true, "office-lunch")+"/live")
	press := func(keys string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.KeyEvent(keys)); err != nil {
			t.Fatal(err)
		}
	}
	focus := func(label string) {
		t.Helper()
		look[bool](t, ctx, fmt.Sprintf(`document.querySelector(%q).focus(), true`, floorButton(label)))
	}
	focus("Call from floor 14")
	press("\r")
	if at := look[string](t, ctx, `document.activeElement.getAttribute("aria-pressed")`); at != "true" {
		t.Errorf("after Enter the floor is pressed: %s, want true", at)
	}
	press("\x1b")
	if n := look[int](t, ctx, `document.querySelectorAll("[aria-pressed=true].floor").length`); n != 0 {
		t.Error("Escape does not give up")
	}
	press("\r")
	press("\t") // the next floor below
	press("\r")
	await(t, ctx, "the call", `document.querySelector("#calls .trip span")?.textContent === "14 → 13"`, 30*time.Second)
}

func TestLivePageFits(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	url := liveGateway(t, 1, false, "mixed-use", "office-lunch")
	for _, width := range []int64{375, 768, 1280, 1600} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 812)); err != nil {
			t.Fatal(err)
		}
		openLive(t, ctx, url+"/live")
		if wide := look[int64](t, ctx, `document.documentElement.scrollWidth`); wide > width {
			t.Errorf("the page is %d px wide in a window of %d px", wide, width)
		}
		if small := look[int](t, ctx, `[...document.querySelectorAll("button, select, .kinds label")].filter(e => e.offsetParent && e.getBoundingClientRect().height < 24).length`); small > 0 {
			t.Errorf("at %d px, %d controls are lower than 24 px", width, small)
		}
	}
}

// openInMotion counts the steps of cars from frame to frame, and those with the
// doors open before and after.
const openInMotion = `new Promise(done => {
	const cars = [...document.querySelectorAll(".car")], begin = performance.now();
	let before = null, moved = 0, open = 0;
	const look = now => {
		const is = cars.map(c => ({y: new DOMMatrix(getComputedStyle(c).transform).f, wide: new DOMMatrix(getComputedStyle(c.querySelector(".leaf")).transform).a}));
		if (before) is.forEach((c, i) => { if (Math.abs(c.y - before[i].y) > .3) { moved++; if (c.wide < .99 && before[i].wide < .99) open++; } });
		before = is;
		if (now - begin < 2500) requestAnimationFrame(look); else done({moved, open});
	};
	requestAnimationFrame(look);
})`

// However fast time runs, no car is seen to move with open doors.
func TestLivePageClosesDoors(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	openLive(t, ctx, liveGateway(t, 20, false, "office-lunch")+"/live")
	await(t, ctx, "some traffic", `document.querySelectorAll(".target.on").length > 1`, 30*time.Second)
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[struct{ Moved, Open int }](openInMotion, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if seen.Moved < 10 || seen.Open > 0 {
		t.Errorf("in %d of %d steps a car moves with open doors", seen.Open, seen.Moved)
	}
}

// recordMotion notes, at every frame for a while, how high each car is drawn, and
// gives the speeds from frame to frame in px/s, and how many frames moved a car.
const recordMotion = `new Promise(done => {
	const speeds = [], cars = [...document.querySelectorAll(".car")], begin = performance.now();
	let before = null, at = 0, moved = 0;
	const look = now => {
		const y = cars.map(c => new DOMMatrix(getComputedStyle(c).transform).f);
		if (before && y.some((v, i) => v !== before[i])) moved++;
		if (before) y.forEach((v, i) => { if (v !== before[i]) speeds.push(Math.abs(v - before[i]) * 1000 / (now - at)); });
		before = y; at = now;
		if (now - begin < 1500) requestAnimationFrame(look); else done({speeds, moved, scale: buildings[0].scale});
	};
	requestAnimationFrame(look);
})`

type motion struct {
	Speeds []float64
	Moved  int
	Scale  float64 // px/m
}

func recordOf(t *testing.T, ctx context.Context) motion {
	t.Helper()
	m, err := chromedp.Run(ctx, chromedp.Evaluate[motion](recordMotion, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Cars move as fast as they are rated between pictures that come five times a
// second, and in steps for who wants no motion.
func TestLivePageMovesSmoothly(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	openLive(t, ctx, liveGateway(t, 1, true, "office-lunch")+"/live")
	click(t, ctx, floorButton("Call from floor 14")) // 53 m up
	click(t, ctx, floorButton("Go to floor G"))
	await(t, ctx, "the departure", `document.querySelectorAll(".target.on").length > 0`, 30*time.Second)
	m := recordOf(t, ctx)
	fast := 0
	for _, v := range m.Speeds {
		if v > 2.5*m.Scale*1.5 {
			fast++
		}
	}
	if len(m.Speeds) < 15 || fast > len(m.Speeds)/5 {
		t.Errorf("%d of %d steps of cars are faster than one and a half times 2.5 m/s", fast, len(m.Speeds))
	}

	features := []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		t.Fatal(err)
	}
	if m := recordOf(t, ctx); m.Moved == 0 || m.Moved > 11 {
		t.Errorf("for who wants no motion, cars move in %d frames of 1.5 s, want one for each picture, of which there are at most 8", m.Moved)
	}
}

// A page that nobody sees asks for nothing; a connection that breaks is made
// again.
func TestLivePageComesBack(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	server := liveServer(t, 1, false, "office-lunch")
	openLive(t, ctx, server.URL+"/live")
	hide := func(hidden bool) {
		look[bool](t, ctx, fmt.Sprintf(`Object.defineProperty(document, "hidden", {value: %v, configurable: true}), document.dispatchEvent(new Event("visibilitychange"))`, hidden))
	}
	hide(true)
	clock := look[string](t, ctx, `document.getElementById("clock").textContent`)
	time.Sleep(1500 * time.Millisecond) // its clock shows seconds
	if later := look[string](t, ctx, `document.getElementById("clock").textContent`); later != clock {
		t.Errorf("the clock of a hidden page goes on from %s to %s", clock, later)
	}
	hide(false)
	await(t, ctx, "the clock's going on", fmt.Sprintf(`document.getElementById("clock").textContent !== %q`, clock), 30*time.Second)

	server.CloseClientConnections()
	await(t, ctx, "the notice that the connection is gone", `document.getElementById("main").classList.contains("lost")`, 30*time.Second)
	await(t, ctx, "the connection's coming back", `!document.getElementById("main").classList.contains("lost")`, 30*time.Second)
	if n := look[int](t, ctx, `document.querySelectorAll(".building").length`); n != 1 {
		t.Errorf("after that there are %d buildings on the page, want 1", n)
	}
}
