using System.Text;

namespace Conductor.Providers.Local.Tests.Text;

/// <summary>Seeded texts of any characters: letters of many scripts, marks, emoji, controls and halves of surrogate pairs.</summary>
internal static class RandomText
{
    private static readonly string[] Pieces =
    [
        " ", " ", " ", "\n", "\r\n", "\n\n", "\t", ". ", "! ", "? ", "...", "…", ", ", "; ", ":)", ":-(", ":/", "\"", "“", "”", "'", "’", "(", ")", "-", "- ", "• ",
        "not ", "very ", "good ", "bad ", "but ", "GREAT ", "soooo ", "Mr. ", "e.g. ", "U.S. ", "3.14 ", "http://x.y/z ", "@name ", "#tag ", "n't ", "The ",
        "。", "！", "猫が好き", "привет ", "مرحبا؟ ", "नमस्ते। ", "😀", "👩‍👩‍👧", "☺️", "\u0301", "\u0000", "\ufeff", "\u200b", "\u2028", "\ud83d", "\ude00", "\uffff", "ß", "İ",
    ];

    public static string Create(int seed, int pieces)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var index = 0; index < pieces; index++)
        {
            text.Append(random.Next(4) == 0 ? ((char)random.Next(0x10000)).ToString() : Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }
}
