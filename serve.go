package main

import (
	"context"
	"errors"

	"github.com/graph-olap/opsconsole/internal/config"
)

func serve(context.Context, config.Serve) error { return errors.New("serve is not wired yet") }
