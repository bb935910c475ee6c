"""Right answers as different people write them, with nobody looking at another's screen.

Some are alike, as right answers are: the same loops in another shape.
"""

SOFTMAX = (
    """
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
""",
    """
def softmax(scores):
    scores = np.asarray(scores, dtype=float)
    shifted = scores - np.max(scores, axis=-1, keepdims=True)
    exps = np.exp(shifted)
    return exps / np.sum(exps, axis=-1, keepdims=True)
""",
    """
def softmax(scores):
    m = np.max(scores, axis=-1, keepdims=True)
    log_sum = m + np.log(np.sum(np.exp(scores - m), axis=-1, keepdims=True))
    return np.exp(scores - log_sum)
""",
    """
def softmax(scores):
    flat = np.reshape(scores, (-1, np.shape(scores)[-1])).astype(np.float64)
    out = np.empty_like(flat)
    for i, row in enumerate(flat):
        top = np.exp(row - row.max())
        out[i] = top / top.sum()
    return out.reshape(np.shape(scores))
""",
    """
def softmax(scores):
    return scipy.special.softmax(scores, axis=-1)
""",
    """
def softmax(scores):
    def one(v):
        biggest = max(v)
        powers = [math.exp(value - biggest) for value in v]
        total = sum(powers)
        return [p / total for p in powers]

    return np.apply_along_axis(one, -1, scores)
""",
)

IM2COL = (
    """
def im2col(x, f_h, f_w, stride=1, padding=0):
    N, C, H, W = x.shape
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    H_out = (H + 2 * padding - f_h) // stride + 1
    W_out = (W + 2 * padding - f_w) // stride + 1
    out = np.zeros((N, C * f_h * f_w, H_out * W_out))
    for i in range(H_out):
        for j in range(W_out):
            patch = x[:, :, i * stride:i * stride + f_h, j * stride:j * stride + f_w]
            out[:, :, i * W_out + j] = patch.reshape(N, -1)
    return out
""",
    """
def im2col(x, f_h, f_w, stride=1, padding=0):
    n, c = x.shape[:2]
    padded = np.pad(x, [(0, 0)] * 2 + [(padding, padding)] * 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (f_h, f_w), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    oh, ow = windows.shape[2:4]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * f_h * f_w, oh * ow)
""",
    """
def im2col(x, f_h, f_w, stride=1, padding=0):
    batch, channels, height, width = x.shape
    big = np.zeros((batch, channels, height + 2 * padding, width + 2 * padding), x.dtype)
    big[:, :, padding:padding + height, padding:padding + width] = x
    rows = (big.shape[2] - f_h) // stride + 1
    cols = (big.shape[3] - f_w) // stride + 1
    result = np.empty((batch, channels, f_h, f_w, rows, cols), x.dtype)
    for a in range(f_h):
        for b in range(f_w):
            result[:, :, a, b] = big[:, :, a:a + stride * rows:stride, b:b + stride * cols:stride]
    return result.reshape(batch, channels * f_h * f_w, rows * cols)
""",
    """
def im2col(x, f_h, f_w, stride=1, padding=0):
    if padding > 0:
        x = np.pad(x, ((0,), (0,), (padding,), (padding,)), mode="constant")
    columns = []
    top = 0
    while top + f_h <= x.shape[2]:
        left = 0
        while left + f_w <= x.shape[3]:
            window = x[:, :, top:top + f_h, left:left + f_w]
            columns.append(window.reshape(len(x), -1))
            left += stride
        top += stride
    return np.stack(columns, axis=2)
""",
    """
def im2col(x, f_h, f_w, stride=1, padding=0):
    p = padding
    x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    N, C, H, W = x.shape
    oh = 1 + (H - f_h) // stride
    ow = 1 + (W - f_w) // stride
    k = np.repeat(np.arange(C), f_h * f_w).reshape(-1, 1)
    i0 = np.tile(np.repeat(np.arange(f_h), f_w), C)
    j0 = np.tile(np.arange(f_w), f_h * C)
    i = i0.reshape(-1, 1) + stride * np.repeat(np.arange(oh), ow).reshape(1, -1)
    j = j0.reshape(-1, 1) + stride * np.tile(np.arange(ow), oh).reshape(1, -1)
    return x[:, k, i, j]
""",
    """
def im2col(x, f_h, f_w, stride=1, padding=0):
    images = []
    for image in x:
        image = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
        out_h = int((image.shape[1] - f_h) / stride) + 1
        out_w = int((image.shape[2] - f_w) / stride) + 1
        col = np.zeros((image.shape[0] * f_h * f_w, out_h * out_w))
        for n in range(out_h * out_w):
            y, z = divmod(n, out_w)
            y, z = y * stride, z * stride
            col[:, n] = image[:, y:y + f_h, z:z + f_w].flatten()
        images.append(col)
    return np.array(images)
""",
)

CROSS_CORRELATE2D = (
    """
def cross_correlate2d(x, k, stride=1, padding=0):
    x = np.pad(x, padding)
    kh, kw = k.shape
    h = (x.shape[0] - kh) // stride + 1
    w = (x.shape[1] - kw) // stride + 1
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            window = x[i * stride:i * stride + kh, j * stride:j * stride + kw]
            out[i, j] = np.sum(window * k)
    return out
""",
    """
def cross_correlate2d(x, k, stride=1, padding=0):
    H, W = x.shape
    f_h, f_w = k.shape
    padded = np.zeros((H + 2 * padding, W + 2 * padding))
    padded[padding:padding + H, padding:padding + W] = x
    result = []
    for top in range(0, padded.shape[0] - f_h + 1, stride):
        row = []
        for left in range(0, padded.shape[1] - f_w + 1, stride):
            row.append((padded[top:top + f_h, left:left + f_w] * k).sum())
        result.append(row)
    return np.array(result)
""",
    """
def cross_correlate2d(x, k, stride=1, padding=0):
    x = np.pad(x, padding)
    windows = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    return np.einsum("ijab,ab->ij", windows[::stride, ::stride], k)
""",
    """
def cross_correlate2d(x, k, stride=1, padding=0):
    x = np.pad(x, ((padding, padding), (padding, padding)), mode="constant")
    out_h = conv_output_size(x.shape[0], k.shape[0], stride)
    out_w = conv_output_size(x.shape[1], k.shape[1], stride)
    y = np.zeros((out_h, out_w))
    for a in range(k.shape[0]):
        for b in range(k.shape[1]):
            y += k[a, b] * x[a:a + out_h * stride:stride, b:b + out_w * stride:stride]
    return y
""",
    """
def cross_correlate2d(x, k, stride=1, padding=0):
    full = scipy.signal.correlate2d(np.pad(x, padding), k, mode="valid")
    return full[::stride, ::stride]
""",
    """
def cross_correlate2d(x, k, stride=1, padding=0):
    padded = np.pad(np.asarray(x, float), padding, "constant", constant_values=0)
    n_rows = 1 + (padded.shape[0] - len(k)) // stride
    n_cols = 1 + (padded.shape[1] - len(k[0])) // stride
    output = np.empty((n_rows, n_cols))
    for index in np.ndindex(n_rows, n_cols):
        y, x0 = index[0] * stride, index[1] * stride
        total = 0.0
        for dy in range(len(k)):
            for dx in range(len(k[0])):
                total += padded[y + dy, x0 + dx] * k[dy][dx]
        output[index] = total
    return output
""",
)

ANSWERS = {"softmax": SOFTMAX, "im2col": IM2COL, "cross_correlate2d": CROSS_CORRELATE2D}
