// Command opsconsole is the operations console of the graph OLAP platform; see
// opsconsole --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/graph-olap/opsconsole/internal/app"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // who asks a second time does not want to wait

	command, err := config.Parse(ctx, os.Args[1:], config.ThisMachine())
	if err != nil {
		err = misuseError{err}
	} else {
		err = run(ctx, command, os.Stdout)
	}

	stop()
	os.Exit(exitCode(err))
}

// misuseError is about what opsconsole was told: exit code 2.
type misuseError struct{ error }

func exitCode(err error) int {
	if err == nil {
		return 0
	}

	fmt.Fprintln(os.Stderr, "opsconsole:", err)

	if _, ok := errors.AsType[misuseError](err); ok {
		return 2
	}

	return 1
}

func run(ctx context.Context, command config.Command, out io.Writer) error {
	switch command := command.(type) {
	case config.Demo:
		return unlessStopped(ctx, demo(ctx, command, out))
	case config.Serve:
		return unlessStopped(ctx, serve(ctx, command))
	case config.Backup:
		return app.Backup(ctx, command, out)
	case config.Restore:
		return app.Restore(ctx, command, out)
	case config.AuditVerify:
		return app.VerifyAudit(ctx, command, out)
	case config.AuditAccept:
		return app.AcceptAudit(ctx, command, out)
	case config.AuditExport:
		return app.ExportAudit(ctx, command, out)
	case config.AuditPublicKey:
		return app.PublicKey(command, out)
	case config.Healthcheck:
		return healthcheck(ctx, command)
	case config.Show:
		return show(command, out)
	case config.Version:
		return version(out)
	default: // config.Help, which has been printed
		return nil
	}
}

// unlessStopped is err, but for what was cut short since the program was told to stop: then it
// may be anywhere in its start, and goes on from there the next time.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}

	return err
}

func demo(ctx context.Context, cfg config.Demo, out io.Writer) error {
	static, err := staticFiles()
	if err != nil {
		return err
	}

	console, err := app.NewDemo(ctx, cfg, static, out)
	if err != nil {
		return err
	}

	return console.Run(ctx)
}

func serve(ctx context.Context, cfg config.Serve) error {
	static, err := staticFiles()
	if err != nil {
		return err
	}

	console, err := app.NewServe(ctx, cfg, static)
	if err != nil {
		return err
	}

	return console.Run(ctx)
}

// show prints the configuration, also a wrong one, and then what is wrong with it.
func show(command config.Show, out io.Writer) error {
	if _, err := command.WriteTo(out); err != nil {
		return err
	}

	if len(command.Problems) > 0 {
		return misuseError{config.SettingsError(command.Problems)}
	}

	return nil
}

// version prints what this program is, and which rules of the time zones it would use here.
func version(out io.Writer) error {
	zones, err := zoneinfo.Newest("")
	if err != nil {
		return err
	}

	_, err = fmt.Fprintf(out, "%s\ntime zones %s, %s\n", app.ReadVersion(), zones.Release, zones.Source)

	return err
}

// healthcheck is for a container without curl.
func healthcheck(ctx context.Context, command config.Healthcheck) error {
	ctx, cancel := context.WithTimeout(ctx, command.Timeout)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, command.URL, nil)
	if err != nil {
		return err
	}

	// Never through a proxy: it is this machine that is asked.
	response, err := (&http.Transport{}).RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", command.URL, response.Status)
	}

	return nil
}
