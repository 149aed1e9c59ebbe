package load

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// Usage is what processes have taken up.
type Usage struct {
	// CPU is in seconds, since they began.
	CPU float64 `json:"cpu"`
	// RSS is in bytes: what is resident, shared pages counted by their share.
	RSS int64 `json:"rss"`
}

// ticks is the kernel's unit of CPU time, a hundredth of a second on every
// architecture that Go runs on (proc(5), sysconf(_SC_CLK_TCK)).
const ticks = 100

// UsageOf adds up processes and their children.
func UsageOf(processes []int) (sum Usage, err error) {
	for _, process := range processes {
		one, err := usageOf(process)
		if err != nil {
			return sum, err
		}
		children, err := childrenOf(process)
		if err != nil {
			return sum, err
		}
		for _, child := range children {
			below, err := UsageOf([]int{child})
			// Some come and go at any time: a database has workers.
			if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ESRCH) {
				return sum, err
			}
			one.CPU += below.CPU
			one.RSS += below.RSS
		}
		sum.CPU += one.CPU
		sum.RSS += one.RSS
	}
	return sum, nil
}

func usageOf(process int) (u Usage, err error) {
	if u.CPU, err = cpuOf(process); err != nil {
		return u, err
	}
	u.RSS, err = residentOf(process)
	return u, err
}

func childrenOf(process int) (children []int, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", process, process))
	if err != nil {
		return nil, err
	}
	for field := range bytes.FieldsSeq(text) {
		child, err := strconv.Atoi(string(field))
		if err != nil {
			return nil, err
		}
		children = append(children, child)
	}
	return children, nil
}

func cpuOf(process int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err != nil {
		return 0, err
	}
	// What is in parentheses may have spaces in it. After it, user and system
	// time are the 12th and 13th fields.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	const user = 11
	if len(fields) <= user+1 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields after the name", process, len(fields))
	}
	sum := 0
	for _, field := range fields[user : user+2] {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return float64(sum) / ticks, nil
}

// residentOf counts a page that n processes share as an n-th: PostgreSQL's all
// have the same buffers.
func residentOf(process int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", process))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(text) {
		if value, found := bytes.CutPrefix(line, []byte("Pss:")); found {
			kilobytes, err := strconv.ParseInt(string(bytes.Fields(value)[0]), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/smaps_rollup has no Pss", process)
}
