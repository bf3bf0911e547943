package settings

import "github.com/gatehouse-id/gatehouse/provider/client"

// proxmox is Proxmox VE.
func proxmox() Product {
	return Product{
		Name: "proxmox", Title: "Proxmox VE", Docs: "https://pve.proxmox.com/wiki/User_Management#pveum_openid",
		Address: "https://pve.example.com:8006", Scopes: signIn(), NeedsSecret: true,
		Method: client.SecretBasic, Files: []string{"realm.sh"},
	}
}
