package main

import (
	"context"
	"errors"

	"github.com/graph-olap/opsconsole/internal/config"
)

func demo(context.Context, config.Demo) error { return errors.New("the demo is not wired yet") }
