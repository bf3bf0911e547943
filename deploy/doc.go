// Package deploy holds what it takes to operate Gatehouse: the image, compose, the rules and
// the dashboard, and the guide. Its tests keep them true: what they name exists, and each
// alert fires on its fault and not without it.
package deploy
