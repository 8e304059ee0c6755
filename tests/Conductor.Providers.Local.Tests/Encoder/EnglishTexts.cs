using Conductor.Providers.Local.Encoder.Tokens;

namespace Conductor.Providers.Local.Tests.Encoder;

/// <summary>English texts of a wanted number of word pieces, the same on every run.</summary>
internal static class EnglishTexts
{
    private static readonly string[] Sentences =
    [
        "The ferry to the island leaves at half past six from the second pier.", "My laptop will not charge unless I hold the cable at an angle.",
        "Quarterly revenue rose by 12.5% to $48.3 million, well above forecasts.", "She planted tomatoes, basil and two rows of beans behind the shed.",
        "Why does the printer say \"paper jam\" when there is no paper in it?", "Photosynthesis turns light, water and carbon dioxide into sugar.",
        "Please cancel my subscription and refund the last payment, invoice #4471.", "Dr. O'Neill's patients waited nearly two hours; nobody apologised.",
        "The committee postponed its decision until the audit has been published.", "An old violin leaned against the wall, its strings long since gone.",
        "Set the timeout to 30 seconds and retry at most three times (see RFC 9110).", "The goalkeeper saved a penalty in the 89th minute of the final.",
        "It rained so hard that the underpass near the station was closed.", "Whales sing in dialects that spread from one ocean to another.",
        "Turn left at the bakery, then walk straight on until you see a red door.", "Nobody expected the quiet intern to find the flaw in the proof.",
        "The recipe calls for 250 g of flour, three eggs and a pinch of salt.", "Her résumé lists São Paulo, Zürich and Kraków among earlier jobs.",
        "Unbelievable! They misspelt 'accommodation' on the hotel's own sign.", "In 1969 two people walked on the moon for the first time.",
        "The contract terminates automatically if neither party renews it in writing.", "Sourdough needs time, warmth and a good deal of patience.",
        "Is there a direct train from Leeds to Bristol on Sunday evenings?", "Electrons tunnel through barriers that classical particles cannot pass.",
        "He whistled softly, tuned the radio and waited for the news.", "The new law obliges landlords to insulate roofs by 2031.",
        "Our cat ignores expensive toys but adores cardboard boxes.", "Vaccination campaigns reached 93 villages before the roads flooded.",
        "The museum's night watchman reads poetry aloud to the statues.", "I can't log in: the app keeps asking for a code that never arrives.",
    ];

    /// <summary>One text for each number of word pieces from 3 to 256, the two special ones included.</summary>
    public static IEnumerable<string> OfEveryLength(WordPieceTokenizer tokenizer)
    {
        for (var pieces = 3; pieces <= 256; pieces++)
        {
            yield return OfLength(tokenizer, pieces, seed: pieces);
        }
    }

    /// <summary>A text of so many word pieces, the two special ones included.</summary>
    public static string OfLength(WordPieceTokenizer tokenizer, int pieces, int seed)
    {
        var random = new Random(seed);
        var text = "";
        while (tokenizer.Tokenize(text).Count < pieces - 2)
        {
            text += Sentences[random.Next(Sentences.Length)] + " ";
        }

        // Words go from the end until it fits; single letters, a piece each, fill up what a long word left open.
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        while (tokenizer.Tokenize(string.Join(' ', words)).Count > pieces - 2)
        {
            words.RemoveAt(words.Count - 1);
        }

        while (tokenizer.Tokenize(string.Join(' ', words)).Count < pieces - 2)
        {
            words.Add("a");
        }

        return string.Join(' ', words);
    }
}
