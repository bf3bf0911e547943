// Package proc owns what Linux tells about a process: the processor time that it spent
// and the memory that it holds (proc(5)). It does not start or stop processes, and works
// nowhere but on Linux.
package proc
