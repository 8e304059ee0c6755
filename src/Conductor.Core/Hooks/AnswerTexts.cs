using Conductor.Calls;
using Conductor.Errors;

namespace Conductor.Hooks;

/// <summary>Takes the texts of one answer through its hooks, and keeps apart which part each piece belongs to. One thread at a time.</summary>
internal sealed class AnswerTexts(ModelCall call, IReadOnlyList<AnswerLink> links)
{
    private readonly Dictionary<int, Part> _open = []; // by choice
    private int _parts;

    /// <summary>The call.</summary>
    public ModelCall Call => call;

    /// <summary>The part that a choice is in the middle of; null where none.</summary>
    public Part? OpenOf(int choice) => _open.GetValueOrDefault(choice);

    /// <summary>Choices that are in the middle of a part.</summary>
    public IReadOnlyList<int> OpenChoices => [.. _open.Keys.Order()];

    /// <summary>Takes a piece through. It begins a part where the choice is not in the middle of one of its kind; a part of another kind has to be ended before.</summary>
    /// <returns>What goes on now; it may be empty.</returns>
    public async ValueTask<string> AddAsync(int choice, HookTextKind kind, string text, CancellationToken cancellationToken)
    {
        if (!_open.TryGetValue(choice, out var part))
        {
            _open[choice] = part = new Part(_parts++, kind);
        }

        part.Came(text);
        var shown = await ShowAsync(part, choice, text, isLast: false, cancellationToken).ConfigureAwait(false);
        part.Went(shown);
        return shown;
    }

    /// <summary>Ends the part that a choice is in the middle of.</summary>
    /// <returns>What was kept back of it.</returns>
    public async ValueTask<string> EndAsync(int choice, CancellationToken cancellationToken)
    {
        if (!_open.Remove(choice, out var part))
        {
            return "";
        }

        var rest = await ShowAsync(part, choice, "", isLast: true, cancellationToken).ConfigureAwait(false);
        part.Went(rest);
        return rest;
    }

    /// <summary>Takes a whole text through, as a part of its own.</summary>
    public ValueTask<string> WholeAsync(int choice, HookTextKind kind, string text, CancellationToken cancellationToken) =>
        ShowAsync(new Part(_parts++, kind), choice, text, isLast: true, cancellationToken);

    /// <summary>The answer is over.</summary>
    public async ValueTask AfterAsync(CancellationToken cancellationToken)
    {
        foreach (var link in links)
        {
            if (await link.AfterAsync(cancellationToken).ConfigureAwait(false) is { } reason)
            {
                throw Refused(reason);
            }
        }
    }

    private async ValueTask<string> ShowAsync(Part part, int choice, string text, bool isLast, CancellationToken cancellationToken)
    {
        foreach (var link in links)
        {
            var chunk = new HookChunk(part.Number, part.Kind, choice) { Text = text, IsLast = isLast };
            if (await link.ChunkAsync(chunk, cancellationToken).ConfigureAwait(false) is { } reason)
            {
                throw Refused(reason);
            }

            text = chunk.Text;
        }

        return text;
    }

    private ConductorException Refused(string reason) => call.StreamFailure = ConductorErrors.ContentFiltered(reason);

    /// <summary>A run of text of one kind.</summary>
    internal sealed class Part(int number, HookTextKind kind)
    {
        private const ulong Empty = 14695981039346656037;
        private ulong _came = Empty;
        private ulong _went = Empty;

        public int Number => number;

        public HookTextKind Kind => kind;

        /// <summary>Whether all that has gone on is all that came, so far.</summary>
        public bool IsAsItWas => _came == _went;

        public void Came(string text) => _came = Hash(_came, text);

        public void Went(string text) => _went = Hash(_went, text);

        // FNV-1a over UTF-16: the same however the text was cut.
        private static ulong Hash(ulong hash, string text)
        {
            foreach (var letter in text)
            {
                hash = unchecked((hash ^ letter) * 1099511628211);
            }

            return hash;
        }
    }
}
