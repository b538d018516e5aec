"""What a rehearsal of objections needs: its grounds in own words."""

TYPED = ("Pak Amir, Desa Kembiritan, punya toko dan mobil",)
