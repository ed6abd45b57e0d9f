using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.IO;

/// <summary>
/// A program that we started: arguments as a list, no shell. Its output is read as a stream, or its input is fed; it is killed when it keeps us
/// waiting, on cancellation, and when disposed.
/// </summary>
sealed class ChildProcess : IDisposable
{
    const int TailBytes = 2048;

    readonly Process process;
    readonly ChildRole role;
    readonly string name;
    readonly TimeSpan patience;
    readonly CancellationToken cancellation;
    readonly CancellationTokenRegistration registration;
    readonly Timer watchdog;
    readonly Task<byte[]> errors;
    volatile bool stalled;

    ChildProcess(Process process, ChildRole role, TimeSpan patience, CancellationToken cancellation)
    {
        (this.process, this.role, this.patience, this.cancellation) = (process, role, patience, cancellation);
        name = Path.GetFileNameWithoutExtension(process.StartInfo.FileName);
        if (!role.IsFed) process.StandardInput.Close();
        errors = ReadTailAsync(process.StandardError.BaseStream);
        watchdog = new Timer(_ => Stall());
        registration = cancellation.Register(Kill);
        Output = new WatchedStream(this, process.StandardOutput.BaseStream);
    }

    /// <summary>What it writes to its standard output.</summary>
    public Stream Output { get; }

    /// <exception cref="PipelineException"><see cref="Problem.DecoderMissing"/>: there is no such program.</exception>
    public static ChildProcess Start(
        ChildRole role, string program, IEnumerable<string> arguments, TimeSpan patience, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new ChildProcess(Process.Start(start)!, role, patience, cancellation);
        }
        catch (Win32Exception fault)
        {
            throw new PipelineException(Problem.DecoderMissing, role.Missing(program)) { Log = fault.Message };
        }
    }

    /// <summary>Hands it bytes of its input.</summary>
    /// <inheritdoc cref="Finish" path="/exception"/>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        watchdog.Change(patience, Timeout.InfiniteTimeSpan);
        try
        {
            process.StandardInput.BaseStream.Write(bytes);
        }
        catch (IOException fault)
        {
            string tail = Finish();   // knows why it stopped reading, unless it thinks that it is done
            throw Failed(role.GaveUp(name, 0), $"{fault.Message} {tail}");
        }
        finally
        {
            watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends its input.</summary>
    public void EndFeed() => process.StandardInput.Close();

    /// <summary>Waits for the end and judges it. To be called when its output, or what it is fed, has ended.</summary>
    /// <returns>The last 2 KB it wrote to its standard error.</returns>
    /// <exception cref="OperationCanceledException">It was killed because of a cancellation.</exception>
    /// <exception cref="PipelineException">The problem of its role: it kept us waiting, or failed.</exception>
    public string Finish()
    {
        if (!process.WaitForExit(patience)) Stall();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        string tail = Encoding.UTF8.GetString(errors.GetAwaiter().GetResult()).Trim();
        if (stalled) throw Failed(role.Stalled(name, patience), tail);
        return process.ExitCode == 0 ? tail : throw Failed(role.GaveUp(name, process.ExitCode), tail);
    }

    public void Dispose()
    {
        registration.Dispose();
        watchdog.Dispose();
        Kill();
        process.WaitForExit();
        process.Dispose();
    }

    PipelineException Failed(string sentence, string log) => new(role.Problem, sentence) { Log = log };

    static async Task<byte[]> ReadTailAsync(Stream stream)
    {
        byte[] tail = [], buffer = new byte[TailBytes];
        while (await stream.ReadAsync(buffer).ConfigureAwait(false) is > 0 and int count)
        {
            byte[] joined = [.. tail, .. buffer[..count]];
            tail = joined[Math.Max(0, joined.Length - TailBytes)..];
        }
        return tail;
    }

    void Stall()
    {
        stalled = true;
        Kill();
    }

    void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception fault) when (fault is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It had ended by itself, or is just ending.
        }
    }

    /// <summary>Its output; the watchdog runs only while we wait for it, so a slow reader is no reason to kill.</summary>
    sealed class WatchedStream(ChildProcess child, Stream output) : ForwardStream
    {
        public override int Read(Span<byte> buffer)
        {
            child.watchdog.Change(child.patience, Timeout.InfiniteTimeSpan);
            int count = output.Read(buffer);
            child.watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return count;
        }
    }
}
