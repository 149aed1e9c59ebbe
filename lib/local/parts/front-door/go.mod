module berth/local/front-door

go 1.26.0
