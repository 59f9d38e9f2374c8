package main

import "syscall"

const (
	sharedMemory = "/dev/shm"
	// tmpfsMagic is the type of a filesystem in memory: statfs(2).
	tmpfsMagic = 0x01021994
	// memoryLeast is what has to be free there, in bytes; containers often have 64 MB.
	memoryLeast = 4 << 30
)

// memoryDir is a folder in memory, where databases of tests wait for no disk; "" when there is
// none, or too little of it.
func memoryDir() string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(sharedMemory, &fs); err != nil {
		return ""
	}

	if fs.Type != tmpfsMagic || fs.Bavail*uint64(fs.Bsize) < memoryLeast { //nolint:gosec // a block has a size above 0
		return ""
	}

	return sharedMemory
}
