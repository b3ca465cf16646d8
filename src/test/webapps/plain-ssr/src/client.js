import './style.css'
import photo from './photo.svg'

document.querySelector('button').addEventListener('click', async () => {
  const { ask } = await import('./ask.js')
  document.querySelector('output').textContent = await ask(`${import.meta.env.BASE_URL}api/whoami`)
})

const image = new Image()
image.src = photo
image.dataset.testid = 'photo'
document.body.append(image)
document.documentElement.dataset.hydrated = 'true'
