package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// settingTextsJSON says of each variable what it does, from the comments of config. "make generate" writes it.
//
//go:embed setting_texts.json
var settingTextsJSON []byte

// readSettingTexts are the descriptions of settings, by variable.
func readSettingTexts() (map[string]string, error) {
	texts := map[string]string{}
	if err := json.Unmarshal(settingTextsJSON, &texts); err != nil {
		return nil, fmt.Errorf("descriptions of settings: %w", err)
	}
	return texts, nil
}
