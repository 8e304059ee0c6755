using System.Security.Cryptography;
using System.Text;
using Conductor.Prompts.Formats;
using Conductor.Prompts.Yaml;

namespace Conductor.Prompts;

/// <summary>A prompt in Semantic Kernel's YAML schema, compiled once. Immutable; renders on any number of threads.</summary>
public sealed class PromptTemplate
{
    private readonly PromptDocument _document;
    private readonly IPromptProgram _program;
    private readonly bool _mayCallPlugins;

    private PromptTemplate(PromptDocument document, IPromptProgram program, string yaml, PromptFunctions functions)
    {
        _document = document;
        var called = functions.All.Where(function => function.Entry is not null && document.Template.Contains(function.Name, StringComparison.OrdinalIgnoreCase)).ToList();
        _mayCallPlugins = called.Count > 0;
        var version = string.Join('\n', called.OrderBy(function => function.DisplayName, StringComparer.Ordinal).Select(function => function.Entry!.Fingerprint).Prepend(yaml));
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(version)));
        _program = program;
        Settings = document.Settings.FirstOrDefault(entry => entry.ServiceId == "default") ?? (document.Settings.Count > 0 ? document.Settings[0] : new PromptSettings());
    }

    /// <summary>How long a template that may call plugins' functions may take.</summary>
    public static TimeSpan FunctionLimit { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The prompt's name; one is made up where the file gives none.</summary>
    public string Name => _document.Name;

    public string? Description => _document.Description;

    /// <summary>Changes with the document's text, and with the code of the plugins whose functions it may call; part of the answer cache's key.</summary>
    public string Fingerprint { get; }

    /// <summary>`handlebars`, `semantic-kernel` or `liquid`.</summary>
    public string TemplateFormat => _document.TemplateFormat;

    public IReadOnlyList<PromptVariable> Variables => _document.Variables;

    public PromptOutput? Output => _document.Output;

    /// <summary>The `default` entry of `execution_settings`, else the first; empty where the file has none.</summary>
    public PromptSettings Settings { get; }

    /// <summary>All entries of `execution_settings`, in the file's order.</summary>
    public IReadOnlyList<PromptSettings> AllSettings => _document.Settings;

    /// <summary>Reads and compiles a prompt file.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <param name="source">What messages call it, usually the path.</param>
    /// <param name="options">Functions and switches; the defaults where null.</param>
    /// <exception cref="PromptFormatException">The file cannot be used.</exception>
    public static PromptTemplate Parse(string yaml, string source, PromptTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(source);
        var document = PromptYaml.Read(yaml, source);
        options ??= new PromptTemplateOptions();
        return new PromptTemplate(document, PromptFormats.Find(document).Compile(document, options), yaml, options.Functions);
    }

    /// <summary>Fills in the arguments.</summary>
    /// <param name="arguments">
    /// Text, numbers, truth values, times, lists and dictionaries of them, <see cref="System.Text.Json.JsonElement"/>; names ignore case.
    /// A variable that is missing takes its default, else it is empty; one that is present and null is empty.
    /// </param>
    /// <param name="mode">How strictly.</param>
    /// <exception cref="PromptRenderException">The prompt cannot be rendered with these arguments.</exception>
    public RenderedPrompt Render(IReadOnlyDictionary<string, object?> arguments, PromptMode mode = PromptMode.Hardened)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        try
        {
            return _program.Render(arguments, mode);
        }
        catch (PromptRenderException mistake)
        {
            mistake.PromptSource = _document.Source;
            if (mistake.Message.StartsWith(_document.Source, StringComparison.Ordinal))
            {
                throw;
            }

            throw mistake.In(_document.Source);
        }
    }

    /// <summary>
    /// As <see cref="Render"/>; where the template may call plugins' functions, on another thread and for no longer than <see cref="FunctionLimit"/>.
    /// </summary>
    /// <param name="arguments">As for <see cref="Render"/>.</param>
    /// <param name="mode">How strictly.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting; the function itself cannot be ended.</param>
    /// <exception cref="PromptRenderException">The prompt cannot be rendered, or a function does not come back.</exception>
    public ValueTask<RenderedPrompt> RenderAsync(
        IReadOnlyDictionary<string, object?> arguments, PromptMode mode, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(time);
        return _mayCallPlugins ? new(RenderWatchedAsync(arguments, mode, time, cancellationToken)) : new(Render(arguments, mode));
    }

    private async Task<RenderedPrompt> RenderWatchedAsync(
        IReadOnlyDictionary<string, object?> arguments, PromptMode mode, TimeProvider time, CancellationToken cancellationToken)
    {
        var watch = new RenderWatch();
        var running = Task.Run(() => watch.Run(() => Render(arguments, mode)), CancellationToken.None);
        try
        {
            return await running.WaitAsync(FunctionLimit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception left) when (left is TimeoutException or OperationCanceledException && !running.IsCompleted)
        {
            _ = running.ContinueWith(lost => lost.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            watch.GiveUp();
            var function = watch.Running;
            function?.Lose(running, isFault: left is TimeoutException);
            if (left is OperationCanceledException)
            {
                throw;
            }

            throw function?.Fault($"did not come back within {FunctionLimit.TotalSeconds:0} s").In(_document.Source)
                ?? new PromptRenderException($"{_document.Source}: the template took longer than {FunctionLimit.TotalSeconds:0} s.", SemanticKernelErrors.Kernel);
        }
    }

    /// <summary>What is wrong with a prompt file whatever its arguments are; null when nothing is.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <param name="source">What messages call it, usually the path.</param>
    /// <param name="options">Functions and switches; the defaults where null.</param>
    public static PromptException? FindMistake(string yaml, string source, PromptTemplateOptions? options = null)
    {
        try
        {
            return Parse(yaml, source, options).FindTemplateMistake();
        }
        catch (PromptFormatException mistake)
        {
            return mistake;
        }
    }

    /// <summary>A mistake that is the template's own and shows only when it is rendered: markup that is not well-formed, a helper that is not there.</summary>
    internal PromptRenderException? FindTemplateMistake()
    {
        try
        {
            Render(new Dictionary<string, object?>());
            return null;
        }
        catch (PromptRenderException mistake)
        {
            // Without arguments more may fail that works with them.
            return mistake.IsTemplateMistake ? mistake : null;
        }
    }

    /// <summary>The settings that Semantic Kernel takes when these services are registered, in this order.</summary>
    /// <remarks>The first entry that names a service; else the first whose `model_id` is a service's; else `default`.</remarks>
    /// <exception cref="PromptRenderException">The file has settings, and none is for any of these services.</exception>
    public PromptSettings SelectSettings(IReadOnlyList<PromptService> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (AllSettings.Count == 0)
        {
            return Settings;
        }

        return AllSettings.FirstOrDefault(entry => entry.ServiceId != "default" && services.Any(service => service.Id == entry.ServiceId))
            ?? AllSettings.FirstOrDefault(entry => entry.ModelId is not null && services.Any(service => service.ModelId == entry.ModelId))
            ?? AllSettings.FirstOrDefault(entry => entry.ServiceId == "default")
            ?? throw new PromptRenderException(
                $"{_document.Source}: execution_settings names {string.Join(", ", AllSettings.Select(entry => $"'{entry.ServiceId}'"))}, "
                + $"and none of them is a service here ({string.Join(", ", services.Select(service => $"'{service.Id}'"))}). Add an entry 'default'.",
                SemanticKernelErrors.Kernel);
    }
}
