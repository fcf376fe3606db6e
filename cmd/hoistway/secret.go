package main

import (
	"fmt"
	"os"
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
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("--secret-file: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return "", fmt.Errorf("--secret-file %s: its first line is empty", file)
	}
	return line, nil
}
