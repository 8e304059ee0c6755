using System.Text;

namespace Conductor.Operations.EntityExtraction;

/// <summary>Names of types: lower case, words parted by `_`.</summary>
internal static class EntityTypeName
{
    private const int LongestName = 100;

    // Names of two words that are written as one everywhere else.
    private static readonly string[] Known = ["datetime", "datetime_range", "hashtag", "ip_address"];

    /// <summary>`PhoneNumber`, `phone-number` and `Phone number` all become `phone_number`. Empty for a name without letter or digit.</summary>
    public static string Normalize(string name)
    {
        var key = Key(name);
        foreach (var known in Known)
        {
            if (Key(known) == key)
            {
                return known;
            }
        }

        var words = new StringBuilder();
        for (var index = 0; index < name.Length && words.Length < LongestName; index++)
        {
            var character = name[index];
            if (!char.IsLetterOrDigit(character))
            {
                continue;
            }

            var before = index > 0 ? name[index - 1] : '\0';
            var opensWord = !char.IsLetterOrDigit(before)
                || (char.IsUpper(character) && (char.IsLower(before) || (char.IsUpper(before) && index + 1 < name.Length && char.IsLower(name[index + 1]))));
            if (opensWord && words.Length > 0)
            {
                words.Append('_');
            }

            words.Append(char.ToLowerInvariant(character));
        }

        return words.ToString();
    }

    /// <summary>What two spellings of a name have in common: its letters and digits, in lower case.</summary>
    public static string Key(string name) => new([.. name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
