package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/freeport"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"opsconsole": main})
}

// TestScripts runs what stands in testdata/script on the program itself.
func TestScripts(t *testing.T) {
	t.Parallel()

	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"ADDR", "API_ADDR"} {
				address, err := freeport.Take(t.Context())
				if err != nil {
					return err
				}

				env.Setenv(name, address)
			}

			root, err := filepath.Abs(".")
			env.Setenv("ROOT", root)

			if err != nil {
				return err
			}

			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await": await, "curl": curl, "jq": field,
		},
	})
}

// await URL waits until it answers.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(time.Minute); ; {
		response, err := send(ts, args)
		if err == nil {
			ts.Check(response.Body.Close())

			return
		}

		if time.Now().After(deadline) {
			ts.Fatalf("%v", err)
		}

		<-time.After(50 * time.Millisecond)
	}
}

// curl [-H HEADER]… [-d DATA] URL writes the answer's body to standard output, as curl -s
// does, which need not be on the machine; ! curl wants a status from 400.
func curl(ts *testscript.TestScript, neg bool, args []string) {
	response, err := send(ts, args)
	ts.Check(err)

	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	ts.Check(response.Body.Close())

	_, err = ts.Stdout().Write(body)
	ts.Check(err)

	if neg != (response.StatusCode >= http.StatusBadRequest) {
		ts.Fatalf("%s: %s", response.Status, body)
	}
}

func send(ts *testscript.TestScript, args []string) (*http.Response, error) {
	var (
		method = http.MethodGet
		header = http.Header{}
		body   []byte
		target string
	)

	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-s":
		case "-H":
			i++
			name, value, _ := strings.Cut(args[i], ": ")
			header.Set(name, value)
		case "-d":
			i++
			method, body = http.MethodPost, []byte(args[i])

			if header.Get("Content-Type") == "" {
				header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
		default:
			target = args[i]
		}
	}

	if _, err := url.ParseRequestURI(target); err != nil {
		ts.Fatalf("no URL: %v", err)
	}

	request, err := http.NewRequestWithContext(context.Background(), method, target, bytes.NewReader(body))
	ts.Check(err)

	request.Header = header

	return (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
}

// field NAME VARIABLE puts a field of the JSON object in the last output into a variable,
// as jq -r .NAME does.
func field(ts *testscript.TestScript, _ bool, args []string) {
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &object))

	text, ok := object[args[0]].(string)
	if !ok {
		ts.Fatalf("%s is %v", args[0], object[args[0]])
	}

	ts.Setenv(args[1], text)
}

// TestTheDemoSpeaksBeforeItDoesAnything so that whoever waits knows that it is coming.
func TestTheDemoSpeaksBeforeItDoesAnything(t *testing.T) {
	t.Parallel()

	command, err := config.Parse(t.Context(), []string{"demo", "--data-dir", t.TempDir()}, config.ThisMachine())
	if err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	stop()

	var out strings.Builder
	if err := run(ctx, command, &out); err != nil || !strings.Contains(out.String(), "opsconsole is starting.") {
		t.Errorf("got %q, %v, want it said that it starts", out.String(), err)
	}
}

func TestStoppedBeforeItIsReady(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()

	for name, args := range map[string][]string{
		"demo": {"demo", "--data-dir", dir},
		"serve": {
			"serve", "--database-url", "sqlite://" + filepath.Join(dir, "serve.db"),
			"--oidc-issuer", "http://127.0.0.1:1", "--oidc-client-id", "console", "--control-plane-url", "http://127.0.0.1:1",
		},
	} {
		command, err := config.Parse(t.Context(), args, config.ThisMachine())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}

		ctx, stop := context.WithCancel(t.Context())
		stop()

		if err := run(ctx, command, io.Discard); err != nil {
			t.Errorf("%s ended with %v, want no error", name, err)
		}
	}
}
