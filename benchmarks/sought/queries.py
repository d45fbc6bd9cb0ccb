"""What people would type, and the source that should come first for it.

A source is told by the end of its name; where several would do, any of them is right.
"""

from __future__ import annotations

FLIGHTS, WEATHER = "sample_data/flights", "sample_data/weather.parquet"
PLANES, AIRPORTS = "sample_data/planes.jsonl", "sample_data/airports.csv"
DELAYS = "hostile/lone_value.csv"
IRIS = ("vega/iris.json", "datasets/iris.csv", "datasets/iris3.csv")
COUNTRIES, PARTS, LANGUAGES = "iso3166-1.json", "iso3166-2.json", "iso639-3.json"

PACKAGED: dict[str, str | tuple[str, ...]] = {
    # names, whole, in part, in the plural, with what they end in
    "flights": FLIGHTS,
    "flight": FLIGHTS,
    "airports": (AIRPORTS, "vega/airports.csv"),
    "seattle weather": "vega/seattle-weather.csv",
    "weather in seattle": "vega/seattle-weather.csv",
    "weather.parquet": WEATHER,
    "stock": "vega/stocks.csv",
    "the iris dataset": IRIS,
    "riots in LA": "vega/la-riots.csv",
    "employment us": "vega/us-employment.csv",
    "iowa electricity": "vega/iowa-electricity.csv",
    "anscombe quartet": "vega/anscombe.json",
    "routes": "routes",
    "iso 4217": "iso4217.json",
    # columns, as people spell them
    "arr_delay": (FLIGHTS, DELAYS),
    "arrival delay": (FLIGHTS, DELAYS),
    "departure delays of carriers": FLIGHTS,
    "flight time in the air": FLIGHTS,
    "airtime": FLIGHTS,
    "tail number": (FLIGHTS, PLANES),
    "wind gust": WEATHER,
    "windspeed": WEATHER,
    "humidity and dew point": WEATHER,
    "aircraft engines and seats": PLANES,
    "manufacturer model year": PLANES,
    "petal length": IRIS,
    "sepal_width": IRIS,
    "miles per gallon": "vega/cars.json",
    "horsepower acceleration": "vega/cars.json",
    "open high low close": "vega/ohlc.json",
    "wounded and dead by disease": "vega/crimea.json",
    "price of wheat and wages": "vega/wheat.json",
    "temperature san francisco": "vega/sf-temps.csv",
    "maximum temperature": "vega/seattle-weather.csv",
    "alpha_3": (COUNTRIES, LANGUAGES, "iso639-5.json"),
    "timezone of airports": AIRPORTS,
    # values that stand in the columns
    "penicillin": ("vega/burtin.json", "lme4/Penicillin.csv"),
    "bacteria antibiotic resistance": "vega/burtin.json",
    "barley yield by variety and site": "vega/barley.json",
    "officer-involved shooting": "vega/la-riots.csv",
    "MSFT AAPL": "vega/stocks.csv",
    "drizzle": "vega/seattle-weather.csv",
    "fossil fuels nuclear renewables": "vega/iowa-electricity.csv",
    "versicolor": IRIS,
    "jetblue": ("airlines", "monthly.csv"),
    # what they are about
    "countries": COUNTRIES,
    "country codes": COUNTRIES,
    "official names of countries": COUNTRIES,
    "subdivisions of countries": PARTS,
    "airlines": "airlines",
    "distance between origin and dest": ("routes", FLIGHTS),
    "manufacturing jobs": "vega/us-employment.csv",
    "gasoline price and miles driven": "vega/driving.json",
    # typing errors, and what is typed so far
    "seatle wether": "vega/seattle-weather.csv",
    "penicilin": ("vega/burtin.json", "lme4/Penicillin.csv"),
    "airprots": (AIRPORTS, "vega/airports.csv"),
    "electrcity": "vega/iowa-electricity.csv",
    "employmnt": "vega/us-employment.csv",
    "flig": FLIGHTS,
    "horsep": "vega/cars.json",
    "crim": "vega/crimea.json",
}
"""Over what `sets.packaged` gathers."""

STATISTICAL: dict[str, str | tuple[str, ...]] = {
    "titanic survivors by class": ("datasets/Titanic.csv", "COUNT/titanic.csv"),
    "tooth growth": "datasets/ToothGrowth.csv",
    "tooth length by dose": "datasets/ToothGrowth.csv",
    "usarrests": "datasets/USArrests.csv",
    "murder and assault rates": "datasets/USArrests.csv",
    "ozone solar radiation wind": "datasets/airquality.csv",
    "earthquakes": "datasets/quakes.csv",
    "quake magnitude depth": "datasets/quakes.csv",
    "diamonds carat": "ggplot2/diamonds.csv",
    "movie ratings votes budget": "ggplot2/movies.csv",
    "hair and eye color": "datasets/HairEyeColor.csv",
    "brain and body weight of sleeping animals": "ggplot2/msleep.csv",
    "tips in restaurants by smokers": "reshape2/tips.csv",
    "total bill": "reshape2/tips.csv",
    "bundesliga goals": "vcd/Bundesliga.csv",
    "presidential elections": "pscl/presidentialElections.csv",
    "salaries of professors": "car/Salaries.csv",
    "years since phd": "car/Salaries.csv",
    "prestige of occupations": "car/Prestige.csv",
    "eruptions waiting": "datasets/faithful.csv",
    "house price bedrooms": "Ecdat/Housing.csv",
    "lake huron": "datasets/LakeHuron.csv",
    "insect sprays": "datasets/InsectSprays.csv",
    "cholera deaths john snow": ("HistData/Snow.deaths.csv",),
    "nightingale": "HistData/Nightingale.csv",
    "air passengers": "datasets/AirPassengers.csv",
    "airpassengers": "datasets/AirPassengers.csv",
    "ram screen speed of computers": "Ecdat/Computers.csv",
    "birth weight smoking mothers": ("MASS/birthwt.csv",),
    "space shuttle": "vcd/SpaceShuttle.csv",
    "old faithfull": "datasets/faithful.csv",
    "dimonds": "ggplot2/diamonds.csv",
    "plant growth": "datasets/PlantGrowth.csv",
    "chick weights by feed": "datasets/chickwts.csv",
    "australian election polls": "pscl/AustralianElectionPolling.csv",
    "customers": "Customers",
    "order details quantity discount": "Order Details",
    "unit price of products": "Products",
    "employees hire date": "Employees",
    "suppliers": "Suppliers",
    "territory regions": ("Territories", "Regions"),
}
"""Over what `sets.statistical` and `sets.relational` add, beside those above."""
