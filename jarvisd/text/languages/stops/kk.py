"""Kazakh."""

from jarvisd.text.languages.stops import common
from jarvisd.text.languages.stops.model import Stops, words

STOPS = common.STOPS | Stops(
    titles=words("""акад доц қ көш обл проф ауд ак дәр инж канд г пр"""),
    before_number=words("""б бб т тт тел сур кест № § ж жыл"""),
    before_anything=words("""б.з.б б.з б.з.д ж.ш мыс қар лат орыс ағ түр м.а с.с"""),
    after_something=words("""т.б т.с.с т.т ғ ғғ ж жж млн млрд мың тг км кг см мин сағ сек с.ж"""),
    short_words=words(
        """ал ар бар без бес бол бұл да де екі ер ет жоқ жол және ия ол осы сен сол сөз су"""
        "тек үй үш ұл шай біз мен күн түн ай қыз"
    ),
    starters=words(
        """Ал Алайда Бірақ Бұл Біз Егер Және Мен Менің Мұнда Ол Олар Онда Осы Сен Сіз Сондықтан
        Сондай Тек Қазір Бүгін Кеше Ертең Бар Неге Қайда Қалай Содан Сонда Мысалы"""
    ),
    dash_goes_on=True,
    joiners=words("және мен бен пен қарсы"),
    glued_letters="аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
)
