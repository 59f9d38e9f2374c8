package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// What every test uses: the program, and one Chromium in which each page is in a
// browser context, and so a session, of its own.
var (
	program string
	browser context.Context
)

// testsAtOnce are more than there are processors: a page mostly waits to be drawn, or for its next event.
const testsAtOnce = 4

func TestMain(m *testing.M) {
	flag.Parse()

	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}

	os.Exit(code)
}

func runAll(m *testing.M) (code int, err error) {
	if err := worldtest.Parallel(testsAtOnce); err != nil {
		return 0, err
	}

	dir, err := os.MkdirTemp("", "opsconsole-e2e-")
	if err != nil {
		return 0, err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	if program, err = build(dir); err != nil {
		return 0, err
	}

	if chromium := findChromium(); chromium != "" {
		var stop func()

		browser, stop = newBrowser(chromium) //nolint:fatcontext // there is one
		defer stop()

		if err := chromedp.Do(browser); err != nil {
			return 0, fmt.Errorf("start %s: %w", chromium, err)
		}
	}

	return m.Run(), nil
}

// build makes the program as these tests are made: with the race detector when they have it, and
// without it what they look over without it.
func build(dir string) (string, error) {
	path := filepath.Join(dir, "opsconsole")
	args := []string{"build", "-buildvcs=false", "-o", path}

	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "-race" || setting.Key == "-gcflags" {
				args = append(args, setting.Key+"="+setting.Value)
			}
		}
	}

	cmd := exec.Command("go", append(args, "..")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}

	return path, nil
}

const chromiumVariable = "OPSCONSOLE_TEST_CHROMIUM"

func findChromium() string {
	for _, name := range []string{os.Getenv(chromiumVariable), "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}

	return ""
}

func newBrowser(chromium string) (ctx context.Context, stop func()) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium),
		chromedp.NoSandbox, // it does not run as root otherwise, and shows nothing but our own pages
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("lang", "en-GB"),
		chromedp.WindowSize(1280, 900),
	)

	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)

	return ctx, func() { closeBrowser(); stopAllocator() }
}
