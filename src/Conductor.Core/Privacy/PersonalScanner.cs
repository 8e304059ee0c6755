using System.Text;

namespace Conductor.Privacy;

/// <summary>
/// Finds personal data in a text that comes in pieces, and puts a mark in its place. At every place it is asked, from left to right, what begins there; where that depends on what has not come yet, the
/// text from there on is kept back. So what comes out does not depend on where the text was cut, and at most <see cref="MostKept"/> characters wait. One text, one thread.
/// </summary>
internal sealed class PersonalScanner(PersonalKinds kinds)
{
    /// <summary>The most characters that are kept back: what has to be seen of the longest address of e-mail.</summary>
    public const int MostKept = EmailDetector.Reach;

    // What detectors look back at.
    private const int LookBack = 2;

    private readonly StringBuilder _output = new();
    private char[] _text = [];
    private int _length; // of _text
    private int _at; // what comes before it is out

    /// <summary>How much is kept back now, in UTF-16 code units.</summary>
    public int Kept => _length - _at;

    /// <summary>Kinds that were found so far.</summary>
    public PersonalKinds Found { get; private set; }

    /// <summary>Whether a text holds any of these kinds.</summary>
    public static PersonalKinds KindsIn(string text, PersonalKinds kinds)
    {
        var scanner = new PersonalScanner(kinds);
        scanner.Add(text, isLast: true);
        return scanner.Found;
    }

    /// <summary>A whole text with marks in the places of what was found; the same object where nothing was.</summary>
    public static string Mask(string text, PersonalKinds kinds)
    {
        if (!MayHold(text))
        {
            return text;
        }

        var scanner = new PersonalScanner(kinds);
        var masked = scanner.Add(text, isLast: true);
        return scanner.Found == PersonalKinds.None ? text : masked;
    }

    /// <summary>Takes a piece in and gives out what is certain now.</summary>
    /// <param name="piece">The next piece of the text.</param>
    /// <param name="isLast">Whether the text ends with it.</param>
    public string Add(ReadOnlySpan<char> piece, bool isLast)
    {
        Append(piece);
        var text = _text.AsSpan(0, _length);
        var from = _at;
        var noEmailUntil = 0;
        while (_at < _length)
        {
            var (kind, found) = Find(text, isLast, ref noEmailUntil);
            if (found.IsOpen)
            {
                break;
            }

            if (!found.IsFound)
            {
                _at++;
                continue;
            }

            _output.Append(text[from.._at]).Append(MarkOf(kind));
            Found |= kind;
            _at += found.Length;
            from = _at;
        }

        _output.Append(text[from.._at]);
        var certain = _output.ToString();
        _output.Clear();
        Forget();
        return certain;
    }

    /// <summary>What stands in the place of what was found.</summary>
    public static string MarkOf(PersonalKinds kind) => kind switch
    {
        PersonalKinds.Email => "[EMAIL]",
        PersonalKinds.Iban => "[IBAN]",
        PersonalKinds.Card => "[CARD]",
        _ => "[PHONE]",
    };

    // A glance that spares most texts of logs the rest: an address has its sign, everything else seven digits.
    private static bool MayHold(ReadOnlySpan<char> text)
    {
        if (text.Contains('@'))
        {
            return true;
        }

        var digits = 0;
        foreach (var letter in text)
        {
            if (char.IsAsciiDigit(letter) && ++digits == 7)
            {
                return true;
            }
        }

        return false;
    }

    private (PersonalKinds Kind, Detection Found) Find(ReadOnlySpan<char> text, bool isLast, ref int noEmailUntil)
    {
        var first = text[_at];
        if (!char.IsAsciiLetterOrDigit(first) && first is not ('_' or '+' or '('))
        {
            return default;
        }

        var view = new TextView(text, _at, isLast);
        if (kinds.HasFlag(PersonalKinds.Email) && _at >= noEmailUntil)
        {
            var found = EmailDetector.At(view);
            if (found != Detection.None)
            {
                return (PersonalKinds.Email, found);
            }

            noEmailUntil = EndOfWord(text);
        }

        return One(PersonalKinds.Iban, view, IbanDetector.At) ?? One(PersonalKinds.Card, view, CardDetector.At) ?? One(PersonalKinds.Phone, view, PhoneDetector.At) ?? default;
    }

    private (PersonalKinds, Detection)? One(PersonalKinds kind, TextView view, Detector detector) =>
        kinds.HasFlag(kind) && detector(view) is var found && found != Detection.None ? (kind, found) : null;

    // In a run of an address's letters that no sign follows, no address begins anywhere.
    private int EndOfWord(ReadOnlySpan<char> text)
    {
        var end = _at;
        while (end < text.Length && EmailDetector.IsLocal(text[end]))
        {
            end++;
        }

        return end < text.Length && text[end] != '@' ? end : _at;
    }

    private void Append(ReadOnlySpan<char> piece)
    {
        if (_length + piece.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(_length + piece.Length, 2 * _text.Length));
        }

        piece.CopyTo(_text.AsSpan(_length));
        _length += piece.Length;
    }

    private void Forget()
    {
        var gone = Math.Max(0, _at - LookBack);
        if (gone > 0)
        {
            _text.AsSpan(gone, _length - gone).CopyTo(_text);
            _length -= gone;
            _at -= gone;
        }
    }

    private delegate Detection Detector(TextView view);
}
