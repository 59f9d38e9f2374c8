//go:build !linux

package main

import (
	"os/exec"
	"syscall"
)

// attributes are the operating system's own: the server is installed by hand here,
// and run by a user who is not root.
func (account) attributes() *syscall.SysProcAttr { return nil }

// endWithChildren leaves the children to the terminal's interrupt.
func endWithChildren(*exec.Cmd) {}
