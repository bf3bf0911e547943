// Package deploy contains the files to operate Gatehouse: the image, compose, the rules and the
// dashboard, and the guide. Its tests check them: what they reference exists, and each alert fires
// on its fault and not otherwise.
package deploy
