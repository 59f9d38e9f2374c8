package main

import (
	"os/exec"
	"syscall"
)

// attributes run a process as the account, in a group of its own so that an
// interrupt of the terminal does not reach it, and end it when we are killed.
func (a account) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if a != (account{}) {
		attributes.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}

	return attributes
}

// endWithChildren makes the end of cmd's context the end of what it has started too:
// go test leaves its test programs, and these their browsers.
func endWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}
