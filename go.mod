module hoistway

go 1.26
