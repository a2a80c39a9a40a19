"""Short answers as a voice assistant gives them, and how a model's tokens cut them."""

import re

REPLIES = (
    "The weather today is sunny with a high of 22 degrees. You can leave the umbrella at home.",
    "It is 7:30 in the morning. Your first meeting starts at 9 o'clock.",
    "I have set a timer for ten minutes. I will let you know when it is done.",
    "The lights in the kitchen are off. Would you like me to turn them on?",
    "Sure, I turned on the lights in the living room. Is there anything else?",
    "I could not find that song. Would you like to hear something else?",
    "You have three reminders today. The first one is to call the dentist at 2 o'clock.",
    "The train to the city leaves at 8:15 from platform 4. It takes about 25 minutes.",
    "I am not sure about that. Let me check and get back to you.",
    "The temperature in the bedroom is 19.5 degrees. I can raise it if you like.",
    "Okay, I added milk, bread and coffee to the shopping list. The list has seven items now.",
    "Here is a short summary of the news. The markets closed higher today.",
    "There are 365 days in a year, and 366 in a leap year.",
    "The café on the corner opens at 8 o'clock. It costs about 3 € for a coffee.",
    "Your next alarm is at 6:45 tomorrow morning. Good night 🌙.",
    "Certainly. The capital of France is Paris, and the capital of Japan is Tokyo.",
    "Water boils at 100 degrees Celsius at sea level. It boils sooner in the mountains.",
    "Yes, the front door is locked. The window in the kitchen is still open.",
    "No, there is nothing in your calendar for tomorrow. You have the day off.",
    "I moved the meeting to Thursday at 3 o'clock. Everyone has been told about the change.",
    "The battery of the door sensor is low. You should change it this week.",
    "Dr. Smith called at 4 p.m. and asked you to call back. The number is in your phone.",
    "Playing the next song in the list. You can say stop at any time.",
    "The film starts at 8:45 p.m. and it is two hours long. I can book two seats for you.",
    "First, heat the oven to 200 degrees. Then, put the bread in the oven for 25 minutes.",
    "The nearest pharmacy is about 5 minutes away on foot. It closes at 6 o'clock today.",
    "That is a good question. The short answer is yes, but it depends on the time of day.",
    "I turned the volume down. Let me know if it is still too loud.",
)

# A word with the space before it, single digits, marks: where a byte-pair tokenizer cuts.
_TOKEN = re.compile(r"'s| ?[^\W\d_]+|\d| ?[^\s\w]+|\s+")


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)
