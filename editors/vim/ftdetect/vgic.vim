au BufRead,BufNewFile *.vgic setfiletype vgic
