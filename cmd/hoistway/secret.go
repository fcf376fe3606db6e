package main

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
)

// secretVariable is the environment variable of a client's secret: command
// lines are seen by everybody on a machine.
const secretVariable = "HOISTWAY_CLIENT_SECRET"

// clientSecret reads a client's secret from the first line of a file, or from
// the environment where no file is named.
func clientSecret(file string) (string, error) {
	if file == "" {
		secret := os.Getenv(secretVariable)
		if secret == "" {
			return "", fmt.Errorf("there is no client secret: name a file with --secret-file, or set %s", secretVariable)
		}
		return secret, nil
	}
	return secretOf("--secret-file", file)
}

// secretOf reads the first line of the file that a flag names.
func secretOf(flag, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return "", fmt.Errorf("%s %s: its first line is empty", flag, file)
	}
	return line, nil
}

// warnOfReaders says which files with secrets others on the machine may read.
func warnOfReaders(log *slog.Logger, files ...string) {
	for _, file := range files {
		if file == "" || runtime.GOOS == "windows" { // which has no such modes
			continue
		}
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
			log.Warn("others on this machine may read a file with secrets: chmod 600 keeps them out", "file", file, "mode", info.Mode().Perm().String())
		}
	}
}
