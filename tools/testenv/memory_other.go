//go:build !linux

package main

// memoryDir is a folder in memory; "" when there is none that is known.
func memoryDir() string { return "" }
