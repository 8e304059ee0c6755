using System.Collections.Concurrent;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;

namespace Conductor.Prompts;

/// <summary>
/// The prompts in force: what a plugin ships, or the file of the same name in the prompts folder. A file is looked at again at most once a second;
/// a broken one is told once and the last good prompt stays.
/// </summary>
public sealed partial class PromptStore
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly string? _folder;
    private readonly TimeProvider _time;
    private readonly ILogger<PromptStore> _logger;
    private volatile PromptTemplateOptions _options;
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Creates the store.</summary>
    /// <param name="folder">Where overriding files stand, as `NAME.yaml`; null or absent = nothing is overridden.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of files taken up, left and broken.</param>
    /// <param name="options">Functions and switches of all prompts; the defaults where null.</param>
    public PromptStore(string? folder, TimeProvider time, ILogger<PromptStore> logger, PromptTemplateOptions? options = null)
    {
        _folder = folder;
        _time = time;
        _logger = logger;
        _options = options ?? new PromptTemplateOptions { Functions = PromptFunctions.Create(time) };
    }

    /// <summary>The prompt to use now.</summary>
    /// <param name="name">The operation's name.</param>
    /// <param name="shippedYaml">The prompt that the operation brings.</param>
    /// <exception cref="PromptFormatException">The shipped prompt cannot be used, and no file stands in for it.</exception>
    public PromptTemplate Get(string name, string shippedYaml)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(shippedYaml);
        var entry = _entries.GetOrAdd(name, static (_, folder) => new Entry(folder), Path(name));
        if (entry.Current is { } current && entry.IsShippedFrom(shippedYaml) && !entry.IsDue(_time))
        {
            return current;
        }

        lock (entry)
        {
            if (!entry.IsShippedFrom(shippedYaml))
            {
                entry.ShippedYaml = shippedYaml;
                entry.Shipped = null; // another version of the operation
            }

            if (entry.Path is not null && (entry.IsDue(_time) || entry.Current is null))
            {
                entry.LookedAt = _time.GetTimestamp();
                Refresh(name, entry);
                Recompile(name, entry);
            }

            return entry.Current = entry.Override ?? (entry.Shipped ??= PromptTemplate.Parse(shippedYaml, $"the prompt of '{name}'", _options));
        }
    }

    /// <summary>From now on templates call these functions. Every prompt is compiled anew when it is next asked for; nothing of the old registry is kept.</summary>
    public void Use(PromptFunctions functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        _options = _options with { Functions = functions };
        foreach (var entry in _entries.Values)
        {
            lock (entry)
            {
                entry.Forget();
            }
        }
    }

    /// <summary>The functions that are always there, by this store's clock.</summary>
    public PromptFunctions ShippedFunctions => PromptFunctions.Create(_time);

    /// <summary>Which prompt is in force now, and what is wrong with the one that should be.</summary>
    /// <param name="name">The operation's name.</param>
    /// <param name="shippedYaml">The prompt that the operation brings.</param>
    public PromptState Look(string name, string shippedYaml)
    {
        try
        {
            var template = Get(name, shippedYaml);
            var entry = _entries[name];
            lock (entry)
            {
                return new PromptState(name, ReferenceEquals(template, entry.Override) ? entry.Path : null, template, entry.Problem);
            }
        }
        catch (PromptFormatException mistake)
        {
            return new PromptState(name, null, null, mistake.Message);
        }
    }

    // A name that is not a plain file name has no file: it must not lead out of the folder.
    private string? Path(string name) =>
        string.IsNullOrEmpty(_folder) || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
            ? null
            : System.IO.Path.Combine(_folder, name + ".yaml");

    private void Refresh(string name, Entry entry)
    {
        var file = new FileInfo(entry.Path!);
        (DateTime, long)? stamp = file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
        if (stamp == entry.Stamp && (stamp is not null || entry.OverrideYaml is null))
        {
            return;
        }

        if (stamp is null)
        {
            entry.Stamp = null;
            entry.Override = null;
            entry.OverrideYaml = null;
            entry.Problem = null;
            Left(_logger, name, entry.Path!);
            return;
        }

        try
        {
            var text = File.ReadAllText(entry.Path!);
            var prompt = PromptTemplate.Parse(text, entry.Path!, _options);
            entry.Stamp = stamp;
            entry.IsUnreadableTold = false;
            if (prompt.FindTemplateMistake() is { } mistake)
            {
                Keep(name, entry, mistake.Message);
                return;
            }

            entry.Override = prompt;
            entry.Problem = null;
            if (entry.OverrideYaml != text)
            {
                entry.OverrideYaml = text;
                Taken(_logger, name, entry.Path!);
            }
        }
        catch (PromptFormatException mistake)
        {
            entry.Stamp = stamp;
            Keep(name, entry, mistake.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Perhaps it is just being written: it is looked at again. Told once.
            if (!entry.IsUnreadableTold)
            {
                entry.IsUnreadableTold = true;
                Keep(name, entry, $"{entry.Path} cannot be read: {failure.Message}");
            }
        }
    }

    /// <summary>The last good text, where the functions changed and its file is broken or cannot be read now.</summary>
    private void Recompile(string name, Entry entry)
    {
        if (entry is not { Override: null, OverrideYaml: { } yaml })
        {
            return;
        }

        entry.OverrideYaml = null;
        try
        {
            var prompt = PromptTemplate.Parse(yaml, entry.Path!, _options);
            if (prompt.FindTemplateMistake() is { } mistake)
            {
                Keep(name, entry, mistake.Message);
                return;
            }

            entry.Override = prompt;
            entry.OverrideYaml = yaml;
        }
        catch (PromptFormatException mistake)
        {
            Keep(name, entry, mistake.Message);
        }
    }

    private void Keep(string name, Entry entry, string mistake)
    {
        if (entry.Problem != mistake)
        {
            entry.Problem = mistake;
            Kept(_logger, name, mistake);
        }
    }

    [LoggerMessage(EventIds.PromptTaken, LogLevel.Information, "Prompt '{Name}' is now the one in {File}")]
    private static partial void Taken(ILogger logger, string name, string file);

    [LoggerMessage(EventIds.PromptLeft, LogLevel.Information, "Prompt '{Name}' is again the one that is shipped: {File} is gone")]
    private static partial void Left(ILogger logger, string name, string file);

    [LoggerMessage(EventIds.PromptKept, LogLevel.Warning, "Prompt '{Name}' stays as it was, its file is broken: {Mistake}")]
    private static partial void Kept(ILogger logger, string name, string mistake);

    /// <summary>One prompt's state; written under its own lock.</summary>
    private sealed class Entry(string? path)
    {
        private volatile PromptTemplate? _current;
        private long _lookedAt = long.MinValue;

        public string? Path { get; } = path;

        public string? ShippedYaml { get; set; }

        public PromptTemplate? Shipped { get; set; }

        public PromptTemplate? Override { get; set; }

        /// <summary>The text of the last good file.</summary>
        public string? OverrideYaml { get; set; }

        /// <summary>Of the file's content last looked into, good or broken; null for no file.</summary>
        public (DateTime Written, long Length)? Stamp { get; set; }

        public bool IsUnreadableTold { get; set; }

        /// <summary>What is wrong with the file as it is now.</summary>
        public string? Problem { get; set; }

        public PromptTemplate? Current
        {
            get => _current;
            set => _current = value;
        }

        public long LookedAt
        {
            set => Volatile.Write(ref _lookedAt, value);
        }

        /// <summary>Drops what is compiled, and has the file looked into again.</summary>
        public void Forget()
        {
            (Shipped, Override, Current) = (null, null, null);
            Stamp = null;
            LookedAt = long.MinValue;
        }

        public bool IsShippedFrom(string yaml) => ReferenceEquals(ShippedYaml, yaml) || ShippedYaml == yaml;

        public bool IsDue(TimeProvider time)
        {
            var lookedAt = Volatile.Read(ref _lookedAt);
            return Path is not null && (lookedAt == long.MinValue || time.GetElapsedTime(lookedAt) >= CheckInterval);
        }
    }
}
