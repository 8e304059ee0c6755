using System.Text;
using Conductor.Settings;

namespace Conductor.Configuration.Editing;

/// <summary>
/// Changes a document of the configuration where it stands. The result is loaded and checked before it takes the file's place, in one step: a reader sees the
/// old file or the new one. Of several writers each finds what the one before it wrote; a person's editor that saves in between is noticed, and the change made again on what it saved.
/// </summary>
/// <param name="source">Where the configuration is.</param>
/// <param name="time">Drives the waiting for others.</param>
public sealed class SettingsEditor(SettingsSource source, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Changes a document.</summary>
    /// <param name="file">Which one.</param>
    /// <param name="change">Makes the change, with the settings that the files mean now. It may be called again, on a newer text; what it throws ends the matter, the file untouched.</param>
    /// <param name="cancellationToken">Ends the waiting for others.</param>
    /// <returns>What the files mean now.</returns>
    /// <exception cref="SettingsEditException">The file is as it was; the message says why.</exception>
    public async Task<SettingsLoad> EditAsync(SettingsFile file, Action<YamlSplice, ConductorSettings> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var path = PathOf(file);
        try
        {
            CheckWritable(path);
            var turn = await LockAsync(path, cancellationToken).ConfigureAwait(false);
            await using (turn.ConfigureAwait(false))
            {
                for (var tries = 0; tries < 5; tries++)
                {
                    if (Try(path, change) is { } load)
                    {
                        return load;
                    }
                }

                throw new SettingsEditException(SettingsEditFault.Busy, $"'{path}' is being changed by somebody else all the time; try again.");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsEditException(SettingsEditFault.File, $"'{path}' cannot be written: {failure.Message}", null, failure);
        }
    }

    /// <summary>Puts other texts in the documents' places, once all of them together are right. Each file is replaced in one step, one after the other; of a reader in between the mistakes, if any, are gone with the last.</summary>
    /// <exception cref="SettingsEditException">Nothing was changed; where it is about the second or third file itself, those before it were.</exception>
    public async Task<SettingsLoad> ReplaceAsync(IReadOnlyDictionary<SettingsFile, string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var paths = texts.ToDictionary(text => PathOf(text.Key), text => text.Value);
        var load = SettingsLoader.Load(source with { Drafts = paths });
        if (load.Settings is null)
        {
            throw new SettingsEditException(SettingsEditFault.Invalid, load.Problems[0].Message, load.Problems);
        }

        try
        {
            foreach (var path in paths.Keys)
            {
                CheckWritable(path);
            }

            foreach (var (path, text) in paths)
            {
                var turn = await LockAsync(path, cancellationToken).ConfigureAwait(false);
                await using (turn.ConfigureAwait(false))
                {
                    if (!Replace(path, File.Exists(path) ? File.ReadAllBytes(path) : null, Strict.GetBytes(text)))
                    {
                        throw new SettingsEditException(SettingsEditFault.Busy, $"'{path}' is being changed by somebody else; try again.");
                    }
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsEditException(SettingsEditFault.File, $"'{failure.Message}'", null, failure);
        }

        return load;
    }

    private SettingsLoad? Try(string path, Action<YamlSplice, ConductorSettings> change)
    {
        var before = File.Exists(path) ? File.ReadAllBytes(path) : null;
        var now = SettingsLoader.Load(source);
        if (now.Settings is not { } settings)
        {
            throw new SettingsEditException(SettingsEditFault.Broken, $"The configuration has mistakes; mend them first. {now.Problems[0]}", now.Problems);
        }

        var hasMark = before.AsSpan().StartsWith(Encoding.UTF8.Preamble);
        string text;
        try
        {
            var yaml = new YamlSplice(Strict.GetString(before.AsSpan()[(hasMark ? Encoding.UTF8.Preamble.Length : 0)..]));
            change(yaml, settings);
            text = yaml.ToString();
        }
        catch (DecoderFallbackException mistake)
        {
            throw new SettingsEditException(SettingsEditFault.File, $"'{path}' is not in UTF-8, so it is left as it is.", null, mistake);
        }
        catch (FormatException mistake)
        {
            throw new SettingsEditException(SettingsEditFault.File, $"'{path}' is left as it is: {mistake.Message}. Change it by hand.", null, mistake);
        }

        var load = SettingsLoader.Load(source with { Drafts = new Dictionary<string, string>(source.Drafts) { [path] = text } });
        if (load.Settings is null)
        {
            throw new SettingsEditException(SettingsEditFault.Invalid, load.Problems[0].Message, load.Problems);
        }

        return Replace(path, before, [.. hasMark ? Encoding.UTF8.Preamble : default, .. Strict.GetBytes(text)]) ? load : null;
    }

    // False where the file is no longer what the change was made on.
    private static bool Replace(string path, byte[]? before, byte[] after)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && before is not null)
        {
            options.UnixCreateMode = File.GetUnixFileMode(path);
        }

        var trial = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var file = new FileStream(trial, options))
            {
                file.Write(after);
                file.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && before is not null)
            {
                File.SetUnixFileMode(trial, File.GetUnixFileMode(path)); // the mask of the process may have taken bits away
            }

            if (before is null ? File.Exists(path) : !File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(before))
            {
                return false;
            }

            File.Move(trial, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(trial);
        }
    }

    // The lock file stays: taken away, it could be somebody's new one.
    private async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        var name = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.lock");
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException) when (File.Exists(name))
            {
                if (time.GetElapsedTime(start) > Patience)
                {
                    throw new SettingsEditException(SettingsEditFault.Busy, $"'{path}' is being changed by somebody else, who holds '{name}'; try again.");
                }
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private string PathOf(SettingsFile file)
    {
        var problems = new ProblemList();
        var conductor = SettingsPaths.Find(source, problems).Conductor;
        if (conductor is null || problems.Count > 0)
        {
            throw new SettingsEditException(
                SettingsEditFault.File,
                problems.Count > 0 ? $"There is no configuration to change: {problems.InOrder()[0].Message}." : "There is no conductor.yaml, beside which the other files stand. Make one, if only with '{}' in it, and name it by --config PATH or CONDUCTOR_CONFIG.");
        }

        return file switch
        {
            SettingsFile.Models => SettingsPaths.Beside(conductor, "models.yaml"),
            SettingsFile.Tenants => SettingsPaths.Beside(conductor, "tenants.yaml"),
            _ => conductor,
        };
    }

    private static void CheckWritable(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            throw new SettingsEditException(SettingsEditFault.File, $"'{path}' is a symbolic link to '{file.LinkTarget}'; what stands there is not Conductor's to replace. Change it where it comes from, or put a file in the link's place.");
        }

        if (file is { Exists: true, IsReadOnly: true })
        {
            throw new SettingsEditException(SettingsEditFault.File, $"'{path}' may not be written: make it writable (chmod u+w), or change it where it comes from.");
        }
    }
}
