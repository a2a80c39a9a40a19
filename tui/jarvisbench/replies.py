"""What an assistant says, for the benchmark: short answers with and without commas, no two alike.

Data only. Each answer is what a person would be told aloud; together they are long enough to
stream for minutes.
"""

ANSWERS: tuple[str, ...] = (
    "The kitchen light is on.",
    "Yes, the front door is locked.",
    "It is twelve degrees outside, and the rain will stop within the hour.",
    "Good evening. Everything in the rack is running as it should.",
    "I have set a timer for ten minutes.",
    "The backup of the media server finished at three in the morning without errors.",
    "No, the washing machine still needs twenty minutes.",
    "Your next appointment is the dentist, tomorrow at half past nine.",
    "All disks are healthy.",
    "The second disk of the storage pool reports a few reallocated sectors, so I would replace it.",
    "I turned the heating in the study down to nineteen degrees.",
    "There are three updates for the router, and none of them is urgent.",
    "Sure, I will wake you at seven.",
    "The last visitor at the door was the postman.",
    "The battery of the hallway sensor is almost empty.",
    "Well, the forecast speaks of snow above eight hundred metres, but not down here.",
    "You asked me to remind you of the tomatoes.",
    "Power consumption was eleven kilowatt hours yesterday, a little less than last week.",
    "The garage door has been open for two hours.",
    "Playing the album from the beginning.",
    "I could not reach the camera in the garden, because the switch there lost its uplink.",
    "The movie starts at eight.",
    "Your train leaves from platform four, six minutes late.",
    "The load on the server is low, and there is plenty of memory left.",
    "Of course. The recipe needs two eggs, a cup of flour and a pinch of salt.",
    "The vacuum cleaner is stuck under the sofa again.",
    "That is the highest value since March.",
    "According to the calendar, nobody is at home on Friday evening.",
    "The certificate of the web server expires in nine days and will be renewed by itself.",
    "Good night, the lights go out in five minutes.",
)

# Spoken while something else is measured: a short greeting, then utterances that take their time.
LONG_ANSWER = (
    "Good morning. Here is the report of the night. "
    "The storage pool was scrubbed from midnight until a quarter past four and not a single block "
    "had to be repaired along the way. "
    "The media server rebuilt its index twice because somebody copied a whole season of a series "
    "into the wrong folder and out of it again. "
    "The weather station lost its connection for an hour and came back without any help from me. "
    "The solar panels delivered their first watts at seven minutes past six and have been climbing "
    "steadily since then. "
    "Nothing else happened that would be worth waking anybody up for."
)
