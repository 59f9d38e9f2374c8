package kubetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// process is a program that can be started again after it was killed.
type process struct {
	path       string
	args       []string
	dir        string
	attributes func() *syscall.SysProcAttr

	cmd    *exec.Cmd
	exited chan struct{} // closed when the program that was started last has ended
}

func (s *Server) newProcess(path string, args ...string) *process {
	return &process{path: path, args: args, dir: s.dir, attributes: s.programs.Attributes}
}

func (p *process) log() string { return filepath.Join(p.dir, filepath.Base(p.path)+".log") }

// start outlives whoever asked for it: kill ends it.
func (p *process) start() error {
	const mode = 0o600

	log, err := os.OpenFile(p.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer log.Close()

	cmd := exec.CommandContext(context.Background(), p.path, p.args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, log, log

	if p.attributes != nil {
		cmd.SysProcAttr = p.attributes()
	}

	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.path, err)
	}

	exited := make(chan struct{})
	p.cmd, p.exited = cmd, exited

	go func() {
		cmd.Wait() //nolint:errcheck // how it ended is in its log
		close(exited)
	}()

	return nil
}

func (p *process) kill() {
	if p.cmd == nil {
		return
	}

	p.cmd.Process.Kill() //nolint:errcheck // it may have ended already
	<-p.exited
}

// said is the end of what the program said.
func (p *process) said() string {
	const end = 4 << 10

	text, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}

	return filepath.Base(p.path) + ": …" + string(text[max(0, len(text)-end):])
}
